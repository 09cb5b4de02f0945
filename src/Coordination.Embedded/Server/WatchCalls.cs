using Coordination.Embedded.Watches;
using Coordination.Grpc;
using Coordination.Grpc.Server;
using Etcdserverpb;

namespace Coordination.Embedded.Server;

/// <summary>Serves watch streams: one loop reads requests, one sends what the stream has queued.</summary>
internal static class WatchCalls
{
    public static async Task ServeAsync(
        NodeHost host, GrpcRequestReader<WatchRequest> requests, GrpcResponseWriter<WatchResponse> responses, GrpcServerContext call)
    {
        using var open = host.Streams.Add(call.HttpContext);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        var signal = new Signal();
        var stream = host.Read(node => node.Watches.Open(signal.Set, call.Token()));
        var reading = ReadAsync(host, stream, requests, end.Token);
        var writing = WriteAsync(host, stream, signal, responses, end.Token);
        try
        {
            // A client that has sent its last request still gets events.
            var first = await Task.WhenAny(reading, writing).ConfigureAwait(false);
            await first.ConfigureAwait(false);
            await writing.ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            host.Read(_ =>
            {
                stream.Close();
                return true;
            });
        }
    }

    private static async Task ReadAsync(NodeHost host, WatchStream stream, GrpcRequestReader<WatchRequest> requests, CancellationToken cancellationToken)
    {
        await foreach (var request in requests.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await host.ApplyAsync(
                (_, received) =>
                {
                    stream.Handle(received);
                    return true;
                },
                request,
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(
        NodeHost host, WatchStream stream, Signal signal, GrpcResponseWriter<WatchResponse> responses, CancellationToken cancellationToken)
    {
        while (true)
        {
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            var hasWork = true;
            while (hasWork)
            {
                (var batch, hasWork) = await host.ApplyAsync(static (_, from) => (from.Take(), from.HasWork), stream, cancellationToken).ConfigureAwait(false);
                if (stream.IsOverrun)
                {
                    throw new GrpcException(GrpcStatusCode.ResourceExhausted, "etcdserver: too many requests");
                }

                foreach (var response in batch)
                {
                    if (host.Replies.Delay is { } delay && delay > TimeSpan.Zero)
                    {
                        await Task.Delay(delay, host.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
                    }

                    await responses.WriteAsync(response, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }
}
