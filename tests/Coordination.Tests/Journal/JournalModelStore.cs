using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Tests.Journal;

/// <summary>As much of etcd as a journal sees: one lease, guarded and nested transactions, one revision for each. Immutable.</summary>
internal sealed record JournalModelStore(ImmutableSortedDictionary<Bytes, KeyValue> Keys, long Revision, bool IsLeaseAlive)
{
    public static JournalModelStore Initial { get; } = new(ImmutableSortedDictionary<Bytes, KeyValue>.Empty, 1, true);

    /// <summary>The lease ends, and with it all that is on it.</summary>
    public JournalModelStore WithoutLease() => new(Keys.Clear(), Revision + 1, false);

    public JournalModelStore Without(Bytes key) => this with { Keys = Keys.Remove(key), Revision = Revision + 1 };

    /// <summary>Makes a transaction. Null: it puts something on a lease that is gone, so nothing is done.</summary>
    public (JournalModelStore Store, TxnResult Result)? Make(EtcdOp.Txn txn)
    {
        var made = this with { Revision = Revision + 1 };
        var result = Run(txn, ref made);
        if (made.Keys != Keys && !IsLeaseAlive)
        {
            return null;
        }

        made = made.Keys == Keys ? this : made;
        return (made, result with { Header = new EtcdHeader(1, 1, new Revision(made.Revision), 1) });
    }

    private static PutResult Put(EtcdOp.Put put, ref JournalModelStore made)
    {
        Assert.False(made.Keys.GetValueOrDefault(put.Key)?.ModRevision.Value == made.Revision, $"{put.Key} is put twice in one transaction");
        var revision = new Revision(made.Revision);
        made = made with { Keys = made.Keys.SetItem(put.Key, new KeyValue(put.Key, put.Value, revision, revision, 1, put.Lease)) };
        return new PutResult(default, null);
    }

    // Every condition, nested ones too, looks at the store as it was before.
    private TxnResult Run(EtcdOp.Txn txn, ref JournalModelStore made)
    {
        var holds = txn.If.All(c => c.Target == CompareTarget.ModRevision && (Keys.GetValueOrDefault(c.Keys.Key)?.ModRevision.Value ?? 0) == c.Number);
        var results = ImmutableArray.CreateBuilder<EtcdResult>();
        foreach (var op in holds ? txn.Then : txn.Else)
        {
            results.Add(op switch
            {
                EtcdOp.Txn nested => Run(nested, ref made),
                EtcdOp.Put put => Put(put, ref made),
                EtcdOp.Get get when made.Keys.GetValueOrDefault(get.Keys.Key) is { } found => new GetResult(default, [found], 1, false),
                EtcdOp.Get => new GetResult(default, [], 0, false),
                _ => throw new NotSupportedException(op.ToString()),
            });
        }

        return new TxnResult(default, holds, results.ToImmutable());
    }

    public override string ToString() =>
        string.Join(' ', Keys.Values.Select(kv => string.Create(CultureInfo.InvariantCulture, $"{kv.Key}={kv.Value}@{kv.ModRevision}")));
}
