using System.Security.Cryptography;
using Coordination.Embedded.Concurrency;
using Coordination.Embedded.Snapshots;
using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Coordination.Grpc.Server;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.AspNetCore.Routing;
using V3Electionpb;

namespace Coordination.Embedded.Server;

/// <summary>Which method is answered by what: the streams.</summary>
internal sealed class StreamCalls(NodeHost host, IEndpointRouteBuilder endpoints, GrpcServerOptions options)
{
    private const int PieceBytes = 32 * 1024;

    public void Map()
    {
        endpoints.MapGrpcDuplex(EtcdMethods.Watch, (requests, responses, call) => WatchCalls.ServeAsync(host, requests, responses, call), options);
        endpoints.MapGrpcDuplex(
            EtcdMethods.LeaseKeepAlive, (requests, responses, call) => KeepAliveCalls.ServeAsync(host, requests, responses, call), options);
        endpoints.MapGrpcDuplex(ConcurrencyMethods.Observe, ObserveAsync, options);
        endpoints.MapGrpcDuplex(ClusterMethods.Snapshot, SnapshotAsync, options);
    }

    private async Task ObserveAsync(GrpcRequestReader<LeaderRequest> requests, GrpcResponseWriter<LeaderResponse> responses, GrpcServerContext call)
    {
        using var open = host.Streams.Add(call.HttpContext);
        var request = await OneAsync(requests, call).ConfigureAwait(false);
        await ElectionService.ObserveAsync(new NodeSession(host, call.Token()), request, responses, call.CancellationToken).ConfigureAwait(false);
    }

    // The database in pieces, and then a hash of it.
    private async Task SnapshotAsync(
        GrpcRequestReader<SnapshotRequest> requests, GrpcResponseWriter<SnapshotResponse> responses, GrpcServerContext call)
    {
        using var open = host.Streams.Add(call.HttpContext);
        await OneAsync(requests, call).ConfigureAwait(false);
        var file = await host.ApplyAsync(
            static (node, token) =>
            {
                node.Access.RequireAdmin(node.Access.Identify(token));
                return DatabaseSnapshot.Write(node);
            },
            call.Token(),
            call.CancellationToken).ConfigureAwait(false);
        for (var at = 0; at < file.Length; at += PieceBytes)
        {
            var piece = file.AsMemory(at, Math.Min(PieceBytes, file.Length - at));
            var left = (ulong)(file.Length - at - piece.Length);
            var response = new SnapshotResponse { Blob = UnsafeByteOperations.UnsafeWrap(piece), RemainingBytes = left };
            await responses.WriteAsync(response, call.CancellationToken).ConfigureAwait(false);
        }

        await responses.WriteAsync(
            new SnapshotResponse { Blob = ByteString.CopyFrom(SHA256.HashData(file)) }, call.CancellationToken).ConfigureAwait(false);
    }

    private static async Task<T> OneAsync<T>(GrpcRequestReader<T> requests, GrpcServerContext call)
        where T : class, IMessage<T> =>
        await requests.ReadAsync(call.CancellationToken).ConfigureAwait(false)
        ?? throw new GrpcException(GrpcStatusCode.Internal, "Protocol error: the method was called without a message.");
}
