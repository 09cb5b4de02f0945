using System.Collections.Immutable;

namespace Coordination.Etcd.Views;

/// <summary>Puts a prefix before keys and takes it off again, pure.</summary>
internal sealed class KeyPrefix(Bytes prefix)
{
    private readonly KeyRange _all = KeyRange.Prefix(prefix);

    public Bytes Add(Bytes key) => (byte[])[.. prefix.Span, .. key.Span];

    /// <summary>The range under the prefix. One that goes to the end of all keys goes to the end of those with the prefix.</summary>
    public KeyRange Add(KeyRange keys) => new(
        Add(keys.Key),
        keys.IsSingle ? Bytes.Empty : keys == KeyRange.From(keys.Key) ? _all.End : Add(keys.End));

    public EtcdOp.Get Add(EtcdOp.Get get) => get with { Keys = Add(get.Keys) };

    public EtcdOp.Put Add(EtcdOp.Put put) => put with { Key = Add(put.Key) };

    public EtcdOp.Delete Add(EtcdOp.Delete delete) => delete with { Keys = Add(delete.Keys) };

    public EtcdOp.Txn Add(EtcdOp.Txn txn) => txn with
    {
        If = [.. txn.If.Select(compare => compare.On(Add(compare.Keys)))],
        Then = [.. txn.Then.Select(Add)],
        Else = [.. txn.Else.Select(Add)],
    };

    public EtcdWatchSpec Add(EtcdWatchSpec spec) => spec with { Keys = Add(spec.Keys) };

    /// <summary>Whether a key has the prefix and something behind it.</summary>
    public bool Has(Bytes key) => key.Length > prefix.Length && key.StartsWith(prefix);

    public Bytes Remove(Bytes key) => new(key.Memory[prefix.Length..]);

    public GetResult Remove(GetResult result) => result with { KeyValues = Remove(result.KeyValues) };

    public PutResult Remove(PutResult result) => result with { Previous = RemoveFrom(result.Previous) };

    public DeleteResult Remove(DeleteResult result) => result with { Previous = Remove(result.Previous) };

    public TxnResult Remove(TxnResult result) => result with { Results = [.. result.Results.Select(Remove)] };

    public LeaseInfo Remove(LeaseInfo info) => info with { Keys = [.. info.Keys.Where(Has).Select(Remove)] };

    public EtcdWatchSignal Remove(EtcdWatchSignal signal) => signal is not EtcdWatchSignal.Changes changes ? signal : changes with
    {
        Events = [.. changes.Events.Select(change => change with { Current = Remove(change.Current), Previous = RemoveFrom(change.Previous) })],
    };

    private ImmutableArray<KeyValue> Remove(ImmutableArray<KeyValue> keyValues) => [.. keyValues.Select(Remove)];

    private KeyValue Remove(KeyValue keyValue) => keyValue with { Key = Remove(keyValue.Key) };

    private KeyValue? RemoveFrom(KeyValue? keyValue) => keyValue is null ? null : Remove(keyValue);

    private EtcdOp Add(EtcdOp op) => op switch
    {
        EtcdOp.Get get => Add(get),
        EtcdOp.Put put => Add(put),
        EtcdOp.Delete delete => Add(delete),
        EtcdOp.Txn txn => Add(txn),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private EtcdResult Remove(EtcdResult result) => result switch
    {
        GetResult get => Remove(get),
        PutResult put => Remove(put),
        DeleteResult delete => Remove(delete),
        TxnResult txn => Remove(txn),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
