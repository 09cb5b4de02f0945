using Coordination.Embedded.Store;
using Google.Protobuf;

namespace Coordination.Embedded.Leases;

/// <summary>
/// All leases and when they expire. Knows which keys hang on a lease but does not delete them. Not thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="minimumTtlSeconds">Shorter requests are raised to this.</param>
/// <param name="firstId">Where the ids that the server chooses start.</param>
internal sealed class LeaseTable(TimeProvider time, long minimumTtlSeconds, long firstId) : ILeaseKeys
{
    /// <summary>The largest time to live that can be asked for, in seconds.</summary>
    public const long MaxTtlSeconds = 9_000_000_000;

    private const int SpareQueueEntries = 1000;

    // Leases that ended are remembered only for going back to an earlier revision.
    private const int MaxEnded = 10_000;

    private readonly Dictionary<long, Lease> _leases = [];

    // A renewal does not touch the queue: an entry that comes up too early goes back with the right time.
    private readonly PriorityQueue<Lease, TimeSpan> _queue = new();
    private readonly Queue<Lease> _ended = new();
    private readonly long _epoch = time.GetTimestamp();
    private long _nextId = firstId & long.MaxValue;

    /// <summary>The leases, those that expire first in front.</summary>
    public IEnumerable<Lease> All => _leases.Values.OrderBy(static lease => lease.ExpiresAt);

    private TimeSpan Now => time.GetElapsedTime(_epoch);

    public Lease? Find(long id) => _leases.GetValueOrDefault(id);

    public Lease Grant(long id, long ttlSeconds, long revision)
    {
        if (id == 0)
        {
            id = ChooseId();
        }

        if (ttlSeconds > MaxTtlSeconds)
        {
            throw EtcdErrors.LeaseTtlTooLarge;
        }

        if (_leases.ContainsKey(id))
        {
            throw EtcdErrors.LeaseExists;
        }

        var lease = new Lease(id, Math.Max(ttlSeconds, minimumTtlSeconds), revision);
        Add(lease);
        return lease;
    }

    public bool IsExpired(Lease lease) => lease.ExpiresAt <= Now;

    /// <summary>Whole seconds until the lease expires.</summary>
    public long RemainingSeconds(Lease lease) => (long)(lease.ExpiresAt - Now).TotalSeconds;

    public void Renew(Lease lease) => lease.ExpiresAt = Now + TimeSpan.FromSeconds(lease.TtlSeconds);

    /// <summary>Gives every lease its whole time again, as a server does that becomes leader.</summary>
    public void RenewAll()
    {
        foreach (var lease in _leases.Values)
        {
            Renew(lease);
        }
    }

    /// <summary>
    /// Goes back to the leases of an earlier revision. All of them get their whole time again and are without keys until those are attached anew.
    /// </summary>
    public void Restore(long revision)
    {
        Lease[] restored = [.. _leases.Values.Concat(_ended).Where(lease => lease.GrantedAt <= revision && lease.EndedAt > revision)];
        _leases.Clear();
        _ended.Clear();
        _queue.Clear();
        foreach (var lease in restored.DistinctBy(static lease => lease.Id))
        {
            lease.Clear();
            lease.EndedAt = long.MaxValue;
            Add(lease);
        }
    }

    /// <summary>Ends a lease; its keys have been deleted by the caller.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="revision">The revision at which it is gone.</param>
    public void Remove(Lease lease, long revision)
    {
        _leases.Remove(lease.Id);
        lease.EndedAt = revision;
        _ended.Enqueue(lease);
        if (_ended.Count > MaxEnded)
        {
            _ended.Dequeue();
        }

        if (_queue.Count > (2 * _leases.Count) + SpareQueueEntries)
        {
            // Most entries belong to leases that were revoked long before their time.
            _queue.Clear();
            _queue.EnqueueRange(_leases.Values.Select(static kept => (kept, kept.ExpiresAt)));
        }
    }

    /// <summary>Leases whose time is over, the oldest first, at most as many as one sweep may revoke.</summary>
    public List<Lease> TakeExpired(int limit)
    {
        var expired = new List<Lease>();
        var now = Now;
        while (expired.Count < limit && _queue.TryPeek(out var lease, out var due) && due <= now)
        {
            _queue.Dequeue();
            if (!ReferenceEquals(_leases.GetValueOrDefault(lease.Id), lease))
            {
                continue;
            }

            if (lease.ExpiresAt > now)
            {
                _queue.Enqueue(lease, lease.ExpiresAt);
            }
            else
            {
                expired.Add(lease);
            }
        }

        return expired;
    }

    public void Attach(long lease, ByteString key) => Find(lease)?.Add(key);

    public void Detach(long lease, ByteString key) => Find(lease)?.Remove(key);

    private void Add(Lease lease)
    {
        Renew(lease);
        _leases.Add(lease.Id, lease);
        _queue.Enqueue(lease, lease.ExpiresAt);
    }

    private long ChooseId()
    {
        long id;
        do
        {
            id = _nextId;
            _nextId = (_nextId + 1) & long.MaxValue;
        }
        while (id == 0 || _leases.ContainsKey(id));

        return id;
    }
}
