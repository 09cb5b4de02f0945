using System.Security.Cryptography;
using Coordination.Embedded.Snapshots;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Coordination.Embedded.Server;

/// <summary>Sends a copy of the database: in pieces, and then a hash of it.</summary>
internal static class SnapshotCalls
{
    private const int PieceBytes = 32 * 1024;

    public static async Task ServeAsync(NodeHost host, IServerStreamWriter<SnapshotResponse> responses, ServedCall call)
    {
        var file = await host.ApplyAsync(
            node =>
            {
                node.Access.RequireAdmin(node.Access.Identify(call.Token));
                return DatabaseSnapshot.Write(node);
            },
            call.CancellationToken).ConfigureAwait(false);
        for (var at = 0; at < file.Length; at += PieceBytes)
        {
            var piece = file.AsMemory(at, Math.Min(PieceBytes, file.Length - at));
            var left = (ulong)(file.Length - at - piece.Length);
            var response = new SnapshotResponse { Blob = UnsafeByteOperations.UnsafeWrap(piece), RemainingBytes = left };
            await call.SendAsync(responses, response).ConfigureAwait(false);
        }

        await call.SendAsync(responses, new SnapshotResponse { Blob = ByteString.CopyFrom(SHA256.HashData(file)) }).ConfigureAwait(false);
    }
}
