using Coordination.Embedded.Store;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Coordination.Embedded.Requests;

/// <summary>Answers range requests: revision filters, then sorting, then the limit; the count is of all keys of the range.</summary>
internal static class RangeEvaluation
{
    private static readonly Comparer<ByteString> Bytes = Comparer<ByteString>.Create(KeyRange.Compare);

    /// <summary>Reads outside or inside of a transaction.</summary>
    /// <param name="store">The store.</param>
    /// <param name="request">The request, which has been checked.</param>
    /// <param name="current">The revision that counts as the current one.</param>
    public static RangeResponse Evaluate(MvccStore store, RangeRequest request, long current)
    {
        if (request.Revision > current)
        {
            throw EtcdErrors.FutureRevision;
        }

        var revision = request.Revision <= 0 ? current : request.Revision;
        if (revision < store.CompactedRevision)
        {
            throw EtcdErrors.Compacted;
        }

        var response = new RangeResponse { Header = new ResponseHeader { Revision = current } };
        var all = request.SortOrder != RangeRequest.Types.SortOrder.None || HasFilters(request);

        // One more than the limit shows whether there are more.
        var limit = all || request.Limit <= 0 || request.Limit == long.MaxValue ? 0 : request.Limit + 1;
        var result = store.Read(KeyRange.Of(request.Key, request.RangeEnd), revision, limit, request.CountOnly);
        var pairs = Sort(request, Filter(request, result.Pairs));
        response.Count = result.Count;
        if (request.Limit > 0 && pairs.Count > request.Limit)
        {
            pairs.RemoveRange((int)request.Limit, pairs.Count - (int)request.Limit);
            response.More = true;
        }

        response.Kvs.AddRange(request.KeysOnly ? pairs.Select(WithoutValue) : pairs);
        return response;
    }

    private static bool HasFilters(RangeRequest request) =>
        request.MinModRevision != 0 || request.MaxModRevision != 0 || request.MinCreateRevision != 0 || request.MaxCreateRevision != 0;

    private static List<KeyValue> Filter(RangeRequest request, List<KeyValue> pairs)
    {
        if (HasFilters(request))
        {
            pairs.RemoveAll(pair =>
                (request.MaxModRevision != 0 && pair.ModRevision > request.MaxModRevision)
                || (request.MinModRevision != 0 && pair.ModRevision < request.MinModRevision)
                || (request.MaxCreateRevision != 0 && pair.CreateRevision > request.MaxCreateRevision)
                || (request.MinCreateRevision != 0 && pair.CreateRevision < request.MinCreateRevision));
        }

        return pairs;
    }

    // Without an order, other targets than the key are sorted upwards; then etcd sorts only what the limit left, and so does this.
    private static List<KeyValue> Sort(RangeRequest request, List<KeyValue> pairs) => request.SortTarget switch
    {
        RangeRequest.Types.SortTarget.Key when request.SortOrder == RangeRequest.Types.SortOrder.Descend => Reversed(pairs),
        RangeRequest.Types.SortTarget.Version => SortBy(request, pairs, static pair => pair.Version),
        RangeRequest.Types.SortTarget.Create => SortBy(request, pairs, static pair => pair.CreateRevision),
        RangeRequest.Types.SortTarget.Mod => SortBy(request, pairs, static pair => pair.ModRevision),
        RangeRequest.Types.SortTarget.Value => SortBy(request, pairs, static pair => pair.Value, Bytes),
        _ => pairs,
    };

    private static List<KeyValue> Reversed(List<KeyValue> pairs)
    {
        pairs.Reverse();
        return pairs;
    }

    private static List<KeyValue> SortBy<T>(RangeRequest request, List<KeyValue> pairs, Func<KeyValue, T> by, IComparer<T>? comparer = null) =>
        request.SortOrder switch
        {
            RangeRequest.Types.SortOrder.Descend => [.. pairs.OrderByDescending(by, comparer)],
            RangeRequest.Types.SortOrder.Ascend or RangeRequest.Types.SortOrder.None => [.. pairs.OrderBy(by, comparer)],
            _ => pairs,
        };

    private static KeyValue WithoutValue(KeyValue pair) => new()
    {
        Key = pair.Key,
        CreateRevision = pair.CreateRevision,
        ModRevision = pair.ModRevision,
        Version = pair.Version,
        Lease = pair.Lease,
    };
}
