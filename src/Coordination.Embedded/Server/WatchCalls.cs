using Coordination.Embedded.Watches;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Server;

/// <summary>Serves watch streams: one loop reads requests, one sends what the stream has queued.</summary>
internal static class WatchCalls
{
    public static async Task ServeAsync(
        NodeHost host, IAsyncStreamReader<WatchRequest> requests, IServerStreamWriter<WatchResponse> responses, ServedCall call)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        var signal = new Signal();
        var stream = host.Read(node => node.Watches.Open(signal.Set, call.Token));
        var serving = call with { CancellationToken = end.Token };
        var reading = ReadAsync(host, stream, requests, serving);
        var writing = WriteAsync(host, stream, signal, responses, serving);
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

    private static async Task ReadAsync(NodeHost host, WatchStream stream, IAsyncStreamReader<WatchRequest> requests, ServedCall call)
    {
        await foreach (var request in requests.ReadAllAsync(call.CancellationToken).ConfigureAwait(false))
        {
            await host.ApplyAsync(
                _ =>
                {
                    stream.Handle(request);
                    return true;
                },
                call.CancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(
        NodeHost host, WatchStream stream, Signal signal, IServerStreamWriter<WatchResponse> responses, ServedCall call)
    {
        while (true)
        {
            await signal.WaitAsync(call.CancellationToken).ConfigureAwait(false);
            var hasWork = true;
            while (hasWork)
            {
                (var batch, hasWork) = await host.ApplyAsync(_ => (stream.Take(), stream.HasWork), call.CancellationToken).ConfigureAwait(false);
                if (stream.IsOverrun)
                {
                    throw new RpcException(new Status(StatusCode.ResourceExhausted, "etcdserver: too many requests"));
                }

                foreach (var response in batch)
                {
                    await Task.Delay(host.Replies.Delay, host.Options.TimeProvider, call.CancellationToken).ConfigureAwait(false);
                    await call.SendAsync(responses, response).ConfigureAwait(false);
                }
            }
        }
    }
}
