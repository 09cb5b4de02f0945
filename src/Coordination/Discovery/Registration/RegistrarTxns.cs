using System.Collections.Immutable;
using Coordination.Discovery.Layouts;
using Coordination.Etcd;

namespace Coordination.Discovery.Registration;

/// <summary>
/// The transactions of a registrar. Each is guarded so that repeating it does no harm: a put only replaces what was shown before, a deletion only takes what is
/// on a lease of ours. Where a guard does not hold, the transaction shows what is there.
/// </summary>
internal static class RegistrarTxns
{
    /// <summary>
    /// Creates the keys when the first one is not there. With several keys: when it is there, and all are on our lease, their values are written and the lease is
    /// left as it is (the layout's if/else with ignore-lease).
    /// </summary>
    public static EtcdOp.Txn Claim(ImmutableArray<KeyEntry> entries, LeaseId lease) => new()
    {
        If = [EtcdCompare.NotExists(entries[0].Key)],
        Then = Puts(entries, lease),
        Else = entries.Length == 1 ? Gets(entries) :
        [
            new EtcdOp.Txn
            {
                If = [.. entries.Select(e => EtcdCompare.Lease(e.Key, CompareResult.Equal, lease))],
                Then = [.. entries.Select(e => new EtcdOp.Put(e.Key, e.Value) { IgnoreLease = true })],
                Else = Gets(entries),
            },
        ],
    };

    /// <summary>Replaces exactly what was shown. Keys that are on our lease stay on it.</summary>
    public static EtcdOp.Txn Replace(ImmutableArray<KeyEntry> entries, ImmutableDictionary<Bytes, KeyValue> known, LeaseId lease) => new()
    {
        If = [.. entries.Select(e => EtcdCompare.Unchanged(e.Key, known.TryGetValue(e.Key, out var kv) ? kv.ModRevision : Revision.None))],
        Then = entries.All(e => known.TryGetValue(e.Key, out var kv) && kv.Lease == lease) && entries.Length > 1
            ? [.. entries.Select(e => new EtcdOp.Put(e.Key, e.Value) { IgnoreLease = true })]
            : Puts(entries, lease),
        Else = Gets(entries),
    };

    /// <summary>Deletes what is on a lease of ours.</summary>
    public static EtcdOp.Txn Remove(IEnumerable<(Bytes Key, LeaseId Lease)> keys) => new()
    {
        Then =
        [
            .. keys.Select(k => new EtcdOp.Txn
            {
                If = [EtcdCompare.Lease(k.Key, CompareResult.Equal, k.Lease)],
                Then = [new EtcdOp.Delete(k.Key)],
            }),
        ],
    };

    /// <summary>What a transaction shows instead of having been made; null when it was made.</summary>
    public static ImmutableArray<KeyValue>? Shown(TxnResult result)
    {
        var inner = result.Results is [TxnResult nested] && !result.Succeeded ? nested : result;
        return inner.Succeeded ? null : Keys(inner);
    }

    /// <summary>All keys that were read.</summary>
    public static ImmutableArray<KeyValue> Keys(TxnResult read) => [.. read.Results.OfType<GetResult>().SelectMany(get => get.KeyValues)];

    /// <summary>What the journal is to show when the reply is lost.</summary>
    public static ImmutableArray<EtcdOp> Look(ImmutableArray<Bytes> keys) =>
        ImmutableArray.CreateRange<Bytes, EtcdOp>(keys, key => new EtcdOp.Get(key));

    private static ImmutableArray<EtcdOp> Puts(ImmutableArray<KeyEntry> entries, LeaseId lease) =>
        [.. entries.Select(e => new EtcdOp.Put(e.Key, e.Value) { Lease = lease })];

    private static ImmutableArray<EtcdOp> Gets(ImmutableArray<KeyEntry> entries) => [.. entries.Select(e => new EtcdOp.Get(e.Key))];
}
