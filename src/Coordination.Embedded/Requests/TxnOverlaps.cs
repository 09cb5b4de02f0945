using Coordination.Embedded.Store;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Requests;

/// <summary>
/// Refuses transactions that would put a key twice, or put and delete it. The two branches of one nested transaction exclude each other and may
/// touch the same key. Two gaps of etcd are kept on purpose: a delete without an upper bound (range end <c>\0</c>) is not seen as an overlap,
/// and neither is a delete in a nested transaction that comes after the nested transaction with the put. But where the first gap makes etcd 3.4
/// crash (the put wants to keep the value or lease that the delete removes), the transaction is refused here.
/// </summary>
internal static class TxnOverlaps
{
    public static void Check(TxnRequest request)
    {
        CheckBranch(request.Success);
        CheckBranch(request.Failure);
    }

    private static Touched CheckBranch(IEnumerable<RequestOp> operations)
    {
        var puts = new Dictionary<ByteString, bool>();
        var deletes = new List<KeyRange>();
        var list = operations as IReadOnlyCollection<RequestOp> ?? [.. operations];
        foreach (var operation in list)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestDeleteRange)
            {
                deletes.Add(KeyRange.Of(operation.RequestDeleteRange.Key, operation.RequestDeleteRange.RangeEnd));
            }
        }

        foreach (var operation in list)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn)
            {
                AddNested(operation.RequestTxn, puts, deletes);
            }
        }

        foreach (var operation in list)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestPut)
            {
                var put = operation.RequestPut;
                Add(put.Key, put.IgnoreValue || put.IgnoreLease, puts, deletes, alsoIn: null);
            }
        }

        return new Touched(puts, deletes);
    }

    private static void AddNested(TxnRequest nested, Dictionary<ByteString, bool> puts, List<KeyRange> deletes)
    {
        var then = CheckBranch(nested.Success);
        var otherwise = CheckBranch(nested.Failure);
        foreach (var (key, keeps) in then.Puts)
        {
            Add(key, keeps, puts, deletes, alsoIn: null);
        }

        foreach (var (key, keeps) in otherwise.Puts)
        {
            Add(key, keeps, puts, deletes, alsoIn: then.Puts);
        }

        deletes.AddRange(then.Deletes);
        deletes.AddRange(otherwise.Deletes);
    }

    // keeps: whether the put needs the pair that is there.
    private static void Add(
        ByteString key, bool keeps, Dictionary<ByteString, bool> puts, List<KeyRange> deletes, Dictionary<ByteString, bool>? alsoIn)
    {
        if (!puts.TryAdd(key, keeps))
        {
            if (alsoIn?.ContainsKey(key) != true)
            {
                throw EtcdErrors.DuplicateKey;
            }

            puts[key] |= keeps;
        }

        if (deletes.Exists(range => (keeps || !range.IsUnbounded) && range.Contains(key)))
        {
            throw EtcdErrors.DuplicateKey;
        }
    }

    private sealed record Touched(Dictionary<ByteString, bool> Puts, List<KeyRange> Deletes);
}
