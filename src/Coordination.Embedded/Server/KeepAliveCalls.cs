using Coordination.Embedded.Faults;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Server;

/// <summary>Serves keep-alive streams: every request is answered before the next is read.</summary>
internal static class KeepAliveCalls
{
    public static async Task ServeAsync(
        NodeHost host, IAsyncStreamReader<LeaseKeepAliveRequest> requests, IServerStreamWriter<LeaseKeepAliveResponse> responses, ServedCall call)
    {
        var token = call.Token;
        await foreach (var request in requests.ReadAllAsync(call.CancellationToken).ConfigureAwait(false))
        {
            var response = await host.ApplyAsync(node => node.LeaseKeepAlive(request, token), call.CancellationToken).ConfigureAwait(false);
            if (host.Replies.Any)
            {
                await Task.Delay(host.Replies.Delay, host.Options.TimeProvider, call.CancellationToken).ConfigureAwait(false);
                if (host.Replies.FateOf(CallDescription.Of("LeaseKeepAlive", request, response)) is not null)
                {
                    continue;
                }
            }

            await call.SendAsync(responses, response).ConfigureAwait(false);
        }
    }
}
