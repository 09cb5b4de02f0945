using Coordination.Etcd;

namespace Coordination.Tests.Locks.Walks;

/// <summary>A model of etcd that makes the real transactions: keys, revisions, leases; conditions are judged on the state before, reads see what was put before them.</summary>
internal sealed class ModelStore
{
    private readonly SortedDictionary<Bytes, KeyValue> _keys;
    private readonly HashSet<LeaseId> _leases;

    public ModelStore()
    {
        _keys = [];
        _leases = [];
    }

    private ModelStore(ModelStore other)
    {
        _keys = new SortedDictionary<Bytes, KeyValue>(other._keys);
        _leases = [.. other._leases];
        Revision = other.Revision;
    }

    public Revision Revision { get; private set; } = new(1);

    public IReadOnlyCollection<KeyValue> Keys => _keys.Values;

    public ModelStore Clone() => new(this);

    public KeyValue? Find(Bytes key) => _keys.GetValueOrDefault(key);

    public void Grant(LeaseId lease) => _leases.Add(lease);

    public bool IsAlive(LeaseId lease) => _leases.Contains(lease);

    /// <summary>The lease ends, and with it what lives on it.</summary>
    public List<(Bytes Key, KeyValue? Current, Revision Revision)> End(LeaseId lease)
    {
        _leases.Remove(lease);
        var gone = _keys.Values.Where(kv => kv.Lease == lease).Select(kv => kv.Key).ToList();
        return gone.Count == 0 ? [] : Change(changes => gone.ForEach(key => Delete(key, changes)));
    }

    /// <summary>Makes a transaction; null when a lease in it is unknown, which refuses it as a whole.</summary>
    public (TxnResult Result, List<(Bytes Key, KeyValue? Current, Revision Revision)> Changes)? Make(EtcdOp.Txn txn)
    {
        var succeeded = txn.If.All(Holds);
        var branch = succeeded ? txn.Then : txn.Else;
        if (branch.OfType<EtcdOp.Put>().Any(put => !put.Lease.IsNone && !_leases.Contains(put.Lease)))
        {
            return null;
        }

        List<EtcdResult> results = [];
        var changes = branch.Any(op => op is EtcdOp.Put || (op is EtcdOp.Delete delete && _keys.ContainsKey(delete.Keys.Key)))
            ? Change(made => Do(branch, results, made))
            : Changeless(() => Do(branch, results, []));
        return (new TxnResult(Header(Revision), succeeded, [.. results]), changes);
    }

    private static EtcdHeader Header(Revision revision) => new(1, 1, revision, 1);

    private static List<(Bytes, KeyValue?, Revision)> Changeless(Action act)
    {
        act();
        return [];
    }

    private List<(Bytes Key, KeyValue? Current, Revision Revision)> Change(Action<List<(Bytes, KeyValue?, Revision)>> change)
    {
        Revision = Revision.Next;
        List<(Bytes, KeyValue?, Revision)> changes = [];
        change(changes);
        return changes;
    }

    private void Do(IEnumerable<EtcdOp> branch, List<EtcdResult> results, List<(Bytes, KeyValue?, Revision)> changes)
    {
        foreach (var op in branch)
        {
            switch (op)
            {
                case EtcdOp.Get get:
                    results.Add(Read(get));
                    break;
                case EtcdOp.Put put:
                    var before = _keys.GetValueOrDefault(put.Key);
                    var now = new KeyValue(put.Key, put.Value, before?.CreateRevision ?? Revision, Revision, (before?.Version ?? 0) + 1, put.Lease);
                    _keys[put.Key] = now;
                    changes.Add((put.Key, now, Revision));
                    results.Add(new PutResult(Header(Revision), null));
                    break;
                case EtcdOp.Delete delete:
                    var deleted = _keys.ContainsKey(delete.Keys.Key);
                    Delete(delete.Keys.Key, changes);
                    results.Add(new DeleteResult(Header(Revision), deleted ? 1 : 0, []));
                    break;
                default:
                    throw new NotSupportedException($"{op}");
            }
        }
    }

    private void Delete(Bytes key, List<(Bytes, KeyValue?, Revision)> changes)
    {
        if (_keys.Remove(key))
        {
            changes.Add((key, null, Revision));
        }
    }

    private GetResult Read(EtcdOp.Get get)
    {
        IEnumerable<KeyValue> found = In(get.Keys).Where(kv =>
            (get.MaxCreateRevision == default || kv.CreateRevision <= get.MaxCreateRevision) && (get.MaxModRevision == default || kv.ModRevision <= get.MaxModRevision));
        found = (get.OrderBy, get.Order) switch
        {
            (EtcdOp.SortTarget.CreateRevision, EtcdOp.SortOrder.Ascending) => found.OrderBy(kv => kv.CreateRevision),
            (EtcdOp.SortTarget.CreateRevision, EtcdOp.SortOrder.Descending) => found.OrderByDescending(kv => kv.CreateRevision),
            _ => found,
        };
        var all = found.ToList();
        return new GetResult(Header(Revision), [.. get.Limit > 0 ? all.Take((int)get.Limit) : all], all.Count, false);
    }

    private bool Holds(EtcdCompare compare)
    {
        var keys = In(compare.Keys).ToList();
        return keys.Count == 0
            ? Holds(compare, 0)
            : keys.All(kv => Holds(compare, compare.Target == CompareTarget.ModRevision ? kv.ModRevision.Value : kv.CreateRevision.Value));
    }

    private static bool Holds(EtcdCompare compare, long stored) => compare.Result switch
    {
        CompareResult.Equal => stored == compare.Number,
        CompareResult.Greater => stored > compare.Number,
        _ => throw new NotSupportedException($"{compare}"),
    };

    private IEnumerable<KeyValue> In(KeyRange keys) =>
        keys.IsSingle ? _keys.TryGetValue(keys.Key, out var one) ? [one] : [] : _keys.Values.Where(kv => keys.Contains(kv.Key));
}
