using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Journal;

/// <summary>
/// What tells whether a transaction was made when its reply is lost: a key on the session's lease, which the transaction puts with a number of its own. Others may have changed
/// by then what it wrote; nobody else writes its receipt. Those who are done lend their key to the next, so there are as many as transactions were under way at a time.
/// Thread-safe.
/// </summary>
internal sealed class Receipts(string root)
{
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private int _made;
    private long _last;

    public Receipt Take()
    {
        lock (_lock)
        {
            return new Receipt(_free.TryPop(out var slot) ? slot : _made++, (++_last).ToString(CultureInfo.InvariantCulture));
        }
    }

    public void Return(Receipt receipt)
    {
        lock (_lock)
        {
            _free.Push(receipt.Slot);
        }
    }

    public Bytes KeyOf(Receipt receipt, LeaseId lease) => $"{JournalActor.FenceOf(root, lease)}/{receipt.Slot.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The write of a transaction with its receipt.</summary>
    public Write Sign(EtcdOp.Txn txn, Receipt receipt, LeaseId lease, IActorRef writer)
    {
        var key = KeyOf(receipt, lease);
        var signed = txn with { Then = txn.Then.Add(new EtcdOp.Put(key, receipt.Number) { Lease = lease }) };
        return new Write(writer, [.. Written(signed).Distinct()], signed, [new EtcdOp.Get(key)]) { Trace = System.Diagnostics.Activity.Current };
    }

    /// <summary>Whether anything is written in a branch.</summary>
    public static bool Writes(ImmutableArray<EtcdOp> branch) => branch.Any(op => op is EtcdOp.Txn txn ? Writes(txn.Then) || Writes(txn.Else) : op is not EtcdOp.Get);

    private static IEnumerable<Bytes> Written(EtcdOp op) => op switch
    {
        EtcdOp.Put put => [put.Key],
        EtcdOp.Delete delete => [delete.Keys.Key],
        EtcdOp.Txn txn => txn.Then.Concat(txn.Else).SelectMany(Written),
        _ => [],
    };
}

/// <summary>A key that is lent, and the number that is put into it.</summary>
internal readonly record struct Receipt(int Slot, string Number);
