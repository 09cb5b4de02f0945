using Google.Protobuf;

namespace Coordination.Embedded.Leases;

/// <summary>A granted lease.</summary>
internal sealed class Lease(long id, long ttlSeconds, long grantedAt)
{
    private readonly HashSet<ByteString> _keys = [];

    public long Id { get; } = id;

    public long TtlSeconds { get; } = ttlSeconds;

    /// <summary>The revision of the store when the lease was granted.</summary>
    public long GrantedAt { get; } = grantedAt;

    /// <summary>The revision of the store when the lease had ended.</summary>
    public long EndedAt { get; set; } = long.MaxValue;

    /// <summary>When the lease expires, on the clock of its <see cref="LeaseTable"/>.</summary>
    public TimeSpan ExpiresAt { get; set; }

    /// <summary>The keys that are deleted with the lease, in the order of their deletion.</summary>
    public IEnumerable<ByteString> Keys => _keys.Order(Comparer<ByteString>.Create(Store.KeyRange.Compare));

    public void Add(ByteString key) => _keys.Add(key);

    public void Remove(ByteString key) => _keys.Remove(key);

    public void Clear() => _keys.Clear();
}
