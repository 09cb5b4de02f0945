using Google.Protobuf;
using Mvccpb;

namespace Coordination.Embedded.Store;

/// <summary>
/// Changes that share one revision. Reads inside the transaction see its own changes. What is written cannot be taken back, so everything that
/// can be refused has to be checked before.
/// </summary>
internal sealed class StoreTransaction
{
    private readonly MvccStore _store;
    private readonly ILeaseKeys _leases;
    private readonly long _begin;
    private readonly List<Change> _changes = [];

    internal StoreTransaction(MvccStore store, ILeaseKeys leases)
    {
        _store = store;
        _leases = leases;
        _begin = store.CurrentRevision;
    }

    /// <summary>The revision of this transaction if it changes something.</summary>
    public long WriteRevision => _begin + 1;

    /// <summary>The revision that a read inside the transaction reads and reports.</summary>
    public long ReadRevision => _changes.Count > 0 ? _begin + 1 : _begin;

    public void Put(ByteString key, ByteString value, long lease)
    {
        var history = _store.Keys.GetOrAdd(key);
        var old = history.At(WriteRevision);
        var pair = new KeyValue
        {
            // The one that is kept anyway: old versions are most of the memory, and of what the garbage collector has to copy.
            Key = history.Key,
            Value = value,
            Lease = lease,
            CreateRevision = old?.CreateRevision ?? WriteRevision,
            ModRevision = WriteRevision,
            Version = (old?.Version ?? 0) + 1,
        };
        Record(history, pair, isTombstone: false);
        if (old is { Lease: not 0 })
        {
            _leases.Detach(old.Lease, key);
        }

        if (lease != 0)
        {
            _leases.Attach(lease, key);
        }
    }

    /// <summary>Deletes the keys of a range, in order.</summary>
    /// <returns>The pairs that were deleted.</returns>
    public List<KeyValue> Delete(KeyRange range)
    {
        var deleted = _store.Read(range, ReadRevision).Pairs;
        foreach (var pair in deleted)
        {
            Record(_store.Keys.GetOrAdd(pair.Key), new KeyValue { Key = pair.Key, ModRevision = WriteRevision }, isTombstone: true);
            if (pair.Lease != 0)
            {
                _leases.Detach(pair.Lease, pair.Key);
            }
        }

        return deleted;
    }

    /// <summary>Makes the changes visible to others.</summary>
    /// <returns>What was changed; null when nothing was, and then the revision stays as it is.</returns>
    public Commit? Commit()
    {
        if (_changes.Count == 0)
        {
            return null;
        }

        var commit = new Commit(WriteRevision, [.. _changes]);
        _store.Append(commit);
        return commit;
    }

    private void Record(KeyHistory history, KeyValue pair, bool isTombstone)
    {
        var version = new KeyVersion(new Revision(WriteRevision, _changes.Count), pair, isTombstone);
        _changes.Add(new Change(history, version, history.At(_begin)));
        history.Add(version);
    }
}
