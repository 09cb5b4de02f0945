using System.Globalization;

namespace Coordination.Etcd.Transport;

/// <summary>Refuses, before anything is sent, what etcd would refuse.</summary>
internal static class RequestLimits
{
    public static void Check(EtcdOp op) => Check(op, nested: false);

    public static void CheckSize(int bytes)
    {
        if (bytes > EtcdClientOptions.MaxRequestSize)
        {
            throw Refused(
                CoordinationErrorKind.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The request has {bytes} bytes; etcd takes at most {EtcdClientOptions.MaxRequestSize}"));
        }
    }

    public static void CheckKeys(KeyRange keys, string what)
    {
        if (keys.Key.IsEmpty)
        {
            throw Refused(CoordinationErrorKind.InvalidRequest, $"The key of a {what} is empty; at least one byte is required");
        }
    }

    private static void Check(EtcdOp op, bool nested)
    {
        switch (op)
        {
            case EtcdOp.Get get:
                CheckKeys(get.Keys, "get");
                break;
            case EtcdOp.Put put:
                CheckPut(put);
                break;
            case EtcdOp.Delete delete:
                CheckKeys(delete.Keys, "delete");
                break;
            case EtcdOp.Txn txn:
                CheckTxn(txn, nested);
                break;
        }
    }

    private static void CheckPut(EtcdOp.Put put)
    {
        CheckKeys(put.Key, "put");
        if (put.IgnoreValue && !put.Value.IsEmpty)
        {
            throw Refused(CoordinationErrorKind.InvalidRequest, $"A put of '{put.Key}' has a value and ignores it; only one of the two is allowed");
        }

        if (put.IgnoreLease && !put.Lease.IsNone)
        {
            throw Refused(CoordinationErrorKind.InvalidRequest, $"A put of '{put.Key}' has a lease and ignores it; only one of the two is allowed");
        }
    }

    private static void CheckTxn(EtcdOp.Txn txn, bool nested)
    {
        CheckCount(txn.If.Length, "conditions");
        CheckCount(txn.Then.Length, "operations in its Then branch");
        CheckCount(txn.Else.Length, "operations in its Else branch");
        foreach (var compare in txn.If)
        {
            CheckKeys(compare.Keys, nested ? "nested comparison" : "comparison");
        }

        foreach (var op in txn.Then.AsSpan())
        {
            Check(op, nested: true);
        }

        foreach (var op in txn.Else.AsSpan())
        {
            Check(op, nested: true);
        }
    }

    private static void CheckCount(int count, string what)
    {
        if (count > EtcdClientOptions.MaxTxnOperations)
        {
            throw Refused(
                CoordinationErrorKind.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The transaction has {count} {what}; etcd takes at most {EtcdClientOptions.MaxTxnOperations}"));
        }
    }

    private static EtcdException Refused(CoordinationErrorKind kind, string message) => new(kind, WriteOutcome.NotApplied, message);
}
