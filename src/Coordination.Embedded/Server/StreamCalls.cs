using Coordination.Embedded.Concurrency;
using Coordination.Embedded.Protos;
using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Coordination.Grpc.Server;
using Google.Protobuf;
using Microsoft.AspNetCore.Routing;

namespace Coordination.Embedded.Server;

/// <summary>Which method is answered by what: the streams.</summary>
internal sealed class StreamCalls(NodeHost host, IEndpointRouteBuilder endpoints, GrpcServerOptions options)
{
    public void Map()
    {
        endpoints.MapGrpcDuplex(EtcdMethods.Watch, (requests, responses, call) => WatchCalls.ServeAsync(host, requests, responses, call), options);
        endpoints.MapGrpcDuplex(
            EtcdMethods.LeaseKeepAlive, (requests, responses, call) => KeepAliveCalls.ServeAsync(host, requests, responses, call), options);
        endpoints.MapGrpcDuplex(ConcurrencyMethods.Observe, ObserveAsync, options);
    }

    private async Task ObserveAsync(GrpcRequestReader<LeaderRequest> requests, GrpcResponseWriter<LeaderResponse> responses, GrpcServerContext call)
    {
        using var open = host.Streams.Add(call.HttpContext);
        var request = await OneAsync(requests, call).ConfigureAwait(false);
        await ElectionService.ObserveAsync(new NodeSession(host, call.Token()), request, responses, call.CancellationToken).ConfigureAwait(false);
    }

    private static async Task<T> OneAsync<T>(GrpcRequestReader<T> requests, GrpcServerContext call)
        where T : class, IMessage<T> =>
        await requests.ReadAsync(call.CancellationToken).ConfigureAwait(false)
        ?? throw new GrpcException(GrpcStatusCode.Internal, "Protocol error: the method was called without a message.");
}
