using Coordination.Embedded.Faults;
using Coordination.Grpc.Server;
using Etcdserverpb;

namespace Coordination.Embedded.Server;

/// <summary>Serves keep-alive streams: every request is answered before the next is read.</summary>
internal static class KeepAliveCalls
{
    public static async Task ServeAsync(
        NodeHost host,
        GrpcRequestReader<LeaseKeepAliveRequest> requests,
        GrpcResponseWriter<LeaseKeepAliveResponse> responses,
        GrpcServerContext call)
    {
        using var open = host.Streams.Add(call.HttpContext);
        var token = call.Token();
        await foreach (var request in requests.ReadAllAsync(call.CancellationToken).ConfigureAwait(false))
        {
            var response = await host.ApplyAsync(
                static (node, received) => node.LeaseKeepAlive(received.Message, received.Token),
                Received.Of(request, token),
                call.CancellationToken).ConfigureAwait(false);
            if (host.Replies.Any)
            {
                await Task.Delay(host.Replies.Delay, host.Options.TimeProvider, call.CancellationToken).ConfigureAwait(false);
                if (host.Replies.FateOf(CallDescription.Of("LeaseKeepAlive", request, response)) is not null)
                {
                    continue;
                }
            }

            await responses.WriteAsync(response, call.CancellationToken).ConfigureAwait(false);
        }
    }
}
