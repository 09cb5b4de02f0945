using System.Globalization;
using Coordination.Embedded.Server;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Mvccpb;

namespace Coordination.Embedded.Concurrency;

/// <summary>
/// The services for locks and elections are clients of the server they run in: this is what they say to it, in the name of their caller. As in etcd,
/// refusals reach the caller with their words but without their code.
/// </summary>
internal sealed class NodeSession(NodeHost host, string? token)
{
    /// <summary>The seconds that etcd gives a lease when the caller brings none. Nobody renews it.</summary>
    private const long DefaultTtlSeconds = 60;

    public async Task<long> LeaseAsync(long given, CancellationToken cancellationToken)
    {
        if (given != 0)
        {
            return given;
        }

        var request = new LeaseGrantRequest { TTL = DefaultTtlSeconds };
        return (await ApplyAsync(static (node, grant, token) => node.LeaseGrant(grant, token), request, cancellationToken).ConfigureAwait(false)).ID;
    }

    public Task<TxnResponse> TxnAsync(TxnRequest request, CancellationToken cancellationToken) =>
        ApplyAsync(static (node, txn, token) => node.Txn(txn, token), request, cancellationToken);

    public Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancellationToken) =>
        ApplyAsync(static (node, range, token) => node.Range(range, token), request, cancellationToken);

    public Task<DeleteRangeResponse> DeleteAsync(ByteString key, CancellationToken cancellationToken) =>
        ApplyAsync(static (node, delete, token) => node.DeleteRange(delete, token), new DeleteRangeRequest { Key = key }, cancellationToken);

    public Task<LocalWatch> WatchAsync(WatchCreateRequest request, CancellationToken cancellationToken) =>
        LocalWatch.OpenAsync(host, token, request, cancellationToken);

    /// <summary>Waits until no key of the line that is older than a revision is left.</summary>
    /// <param name="prefix">The prefix of the keys of the line.</param>
    /// <param name="before">The create revision of the one who waits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The header of the read that found none.</returns>
    public async Task<ResponseHeader> WaitForTurnAsync(ByteString prefix, long before, CancellationToken cancellationToken)
    {
        while (true)
        {
            var youngest = Line(prefix, RangeRequest.Types.SortOrder.Descend);
            youngest.MaxCreateRevision = before - 1;
            var predecessor = await RangeAsync(youngest, cancellationToken).ConfigureAwait(false);
            if (predecessor.Kvs.Count == 0)
            {
                return predecessor.Header;
            }

            var deletion = new WatchCreateRequest { Key = predecessor.Kvs[0].Key, StartRevision = predecessor.Header.Revision + 1 };
            using var watch = await WatchAsync(deletion, cancellationToken).ConfigureAwait(false);
            while ((await watch.NextAsync(cancellationToken).ConfigureAwait(false)).Events.All(static e => e.Type != Event.Types.EventType.Delete))
            {
            }
        }
    }

    /// <summary>The key of a lease in a line: the name, a slash, and the lease in hexadecimal digits.</summary>
    public static ByteString KeyOf(ByteString prefix, long lease) =>
        ByteString.CopyFrom([.. prefix.Span, .. System.Text.Encoding.ASCII.GetBytes(HexOf(lease))]);

    public static ByteString PrefixOf(ByteString name) => ByteString.CopyFrom([.. name.Span, (byte)'/']);

    /// <summary>A read of the first key of a line, by the order of their creation; or of the last.</summary>
    public static RangeRequest Line(ByteString prefix, RangeRequest.Types.SortOrder order = RangeRequest.Types.SortOrder.Ascend) => new()
    {
        Key = prefix,
        RangeEnd = EndOf(prefix),
        SortTarget = RangeRequest.Types.SortTarget.Create,
        SortOrder = order,
        Limit = 1,
    };

    /// <summary>Where a prefix that ends with a slash ends.</summary>
    public static ByteString EndOf(ByteString prefix) => ByteString.CopyFrom([.. prefix.Span[..^1], (byte)'/' + 1]);

    public static RpcException Failure(string words) => new(new Status(StatusCode.Unknown, words));

    // Go prints the number with its sign.
    private static string HexOf(long lease) =>
        lease < 0 ? "-" + ((ulong)-lease).ToString("x", CultureInfo.InvariantCulture) : lease.ToString("x", CultureInfo.InvariantCulture);

    private async Task<TResponse> ApplyAsync<TRequest, TResponse>(
        Func<EtcdNode, TRequest, string?, TResponse> apply, TRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await host.ApplyAsync(node => apply(node, request, token), cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException refusal)
        {
            throw Failure(refusal.Status.Detail);
        }
    }
}
