using Coordination.Embedded.Store;
using Coordination.Etcd.Protos;
using Google.Protobuf;

namespace Coordination.Embedded.Requests;

/// <summary>
/// Refuses transactions that would put a key twice, or put and delete it. The two branches of one nested transaction exclude each other and may
/// touch the same key. Two gaps of etcd are kept on purpose: a delete without an upper bound (range end <c>\0</c>) is never seen as an overlap,
/// and neither is a delete in a nested transaction that comes after the nested transaction with the put.
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
        var puts = new HashSet<ByteString>();
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
                Add(operation.RequestPut.Key, puts, deletes, alsoIn: null);
            }
        }

        return new Touched(puts, deletes);
    }

    private static void AddNested(TxnRequest nested, HashSet<ByteString> puts, List<KeyRange> deletes)
    {
        var then = CheckBranch(nested.Success);
        var otherwise = CheckBranch(nested.Failure);
        foreach (var key in then.Puts)
        {
            Add(key, puts, deletes, alsoIn: null);
        }

        foreach (var key in otherwise.Puts)
        {
            Add(key, puts, deletes, alsoIn: then.Puts);
        }

        deletes.AddRange(then.Deletes);
        deletes.AddRange(otherwise.Deletes);
    }

    private static void Add(ByteString key, HashSet<ByteString> puts, List<KeyRange> deletes, HashSet<ByteString>? alsoIn)
    {
        if ((!puts.Add(key) && alsoIn?.Contains(key) != true) || deletes.Exists(range => !range.IsUnbounded && range.Contains(key)))
        {
            throw EtcdErrors.DuplicateKey;
        }
    }

    private sealed record Touched(HashSet<ByteString> Puts, List<KeyRange> Deletes);
}
