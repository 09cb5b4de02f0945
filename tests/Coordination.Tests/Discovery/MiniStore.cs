using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Tests.Discovery;

/// <summary>A store with the rules of etcd that registrations rest on: revisions, leases, guarded and nested transactions, and a log of what changed.</summary>
internal sealed class MiniStore
{
    private readonly SortedDictionary<Bytes, KeyValue> _keys = [];
    private readonly HashSet<LeaseId> _leases = [];
    private readonly List<EtcdEvent> _log = [];

    public Revision Revision { get; private set; } = new(1);

    public IReadOnlyList<EtcdEvent> Log => _log;

    public ImmutableArray<KeyValue> Keys => [.. _keys.Values];

    public void Grant(LeaseId lease) => _leases.Add(lease);

    public void Expire(LeaseId lease)
    {
        _leases.Remove(lease);
        var keys = _keys.Values.Where(kv => kv.Lease == lease).Select(kv => kv.Key).ToList();
        if (keys.Count > 0)
        {
            Revision = Revision.Next;
            keys.ForEach(Delete);
        }
    }

    /// <summary>Makes a transaction; null when a lease in it is unknown, or a key that keeps its lease does not exist.</summary>
    public TxnResult? Make(EtcdOp.Txn txn)
    {
        var (keys, log, revision) = (_keys.Values.ToList(), _log.Count, Revision);
        Revision = Revision.Next;
        try
        {
            var result = Run(txn);
            Revision = _log.Count == log ? revision : Revision;
            return result with { Header = new EtcdHeader(1, 1, Revision, 1) };
        }
        catch (InvalidOperationException)
        {
            _keys.Clear();
            keys.ForEach(kv => _keys.Add(kv.Key, kv));
            _log.RemoveRange(log, _log.Count - log);
            Revision = revision;
            return null;
        }
    }

    private TxnResult Run(EtcdOp.Txn txn)
    {
        var holds = txn.If.All(Holds);
        return new TxnResult(default, holds, [.. (holds ? txn.Then : txn.Else).Select(Run)]);
    }

    private EtcdResult Run(EtcdOp op)
    {
        switch (op)
        {
            case EtcdOp.Txn nested:
                return Run(nested);
            case EtcdOp.Get get:
                return new GetResult(default, _keys.TryGetValue(get.Keys.Key, out var found) ? [found] : [], 1, false);
            case EtcdOp.Delete delete:
                Delete(delete.Keys.Key);
                return new DeleteResult(default, 1, []);
            case EtcdOp.Put put:
                Put(put);
                return new PutResult(default, null);
            default:
                throw new NotSupportedException();
        }
    }

    private void Put(EtcdOp.Put put)
    {
        var before = _keys.GetValueOrDefault(put.Key);
        var lease = put.IgnoreLease ? before?.Lease ?? throw new InvalidOperationException() : put.Lease;
        if (!lease.IsNone && !_leases.Contains(lease))
        {
            throw new InvalidOperationException();
        }

        var kv = new KeyValue(put.Key, put.Value, before?.CreateRevision ?? Revision, Revision, (before?.Version ?? 0) + 1, lease);
        _keys[put.Key] = kv;
        _log.Add(new EtcdEvent(false, kv, null));
    }

    private void Delete(Bytes key)
    {
        if (_keys.Remove(key))
        {
            _log.Add(new EtcdEvent(true, new KeyValue(key, Bytes.Empty, Revision.None, Revision, 0, LeaseId.None), null));
        }
    }

    private bool Holds(EtcdCompare compare)
    {
        var kv = _keys.GetValueOrDefault(compare.Keys.Key);
        var stored = compare.Target switch
        {
            CompareTarget.CreateRevision => kv?.CreateRevision.Value ?? 0,
            CompareTarget.ModRevision => kv?.ModRevision.Value ?? 0,
            CompareTarget.Lease => kv?.Lease.Value ?? 0,
            _ => throw new NotSupportedException(),
        };
        return compare.Result is CompareResult.Equal ? stored == compare.Number : throw new NotSupportedException();
    }
}
