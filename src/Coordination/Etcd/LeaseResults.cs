using System.Collections.Immutable;

namespace Coordination.Etcd;

/// <summary>A lease that was granted.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Ttl">The TTL that the server gave, which may be longer than asked for.</param>
/// <param name="Header">What the reply says about the server.</param>
public sealed record LeaseGranted(LeaseId Id, TimeSpan Ttl, EtcdHeader Header);

/// <summary>The answer to a keep-alive.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Ttl">The TTL from now on; zero when the lease does not exist any more.</param>
/// <param name="Header">What the reply says about the server.</param>
public sealed record LeaseRenewed(LeaseId Id, TimeSpan Ttl, EtcdHeader Header)
{
    /// <summary>Whether the lease does not exist any more.</summary>
    public bool IsGone => Ttl <= TimeSpan.Zero;
}

/// <summary>The present state of a lease.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Remaining">How long it lives without a renewal; negative when it does not exist.</param>
/// <param name="Granted">Its TTL.</param>
/// <param name="Keys">The keys that live on it, when asked for.</param>
/// <param name="Header">What the reply says about the server.</param>
public sealed record LeaseInfo(LeaseId Id, TimeSpan Remaining, TimeSpan Granted, ImmutableArray<Bytes> Keys, EtcdHeader Header);
