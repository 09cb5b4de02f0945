using Coordination.Embedded.Server.Health;
using Grpc.Core;

namespace Coordination.Embedded.Server;

/// <summary>The standard health service of gRPC, which probes of load balancers and orchestrators ask. As in etcd only the server as a whole, with the empty name, has a health: it serves.</summary>
internal static class HealthReplies
{
    private static RpcException Unknown => new(new Status(StatusCode.NotFound, "unknown service"));

    public static HealthCheckResponse Check(HealthCheckRequest request) => request.Service.Length == 0 ? Serving : throw Unknown;

    /// <summary>Tells the state once, because it does not change, and stays open.</summary>
    public static async Task WatchAsync(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responses, ServedCall call)
    {
        var known = request.Service.Length == 0;
        await call.SendAsync(responses, known ? Serving : new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.ServiceUnknown }).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.CancellationToken).ConfigureAwait(false);
    }

    private static HealthCheckResponse Serving => new() { Status = HealthCheckResponse.Types.ServingStatus.Serving };
}
