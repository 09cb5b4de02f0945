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

/// <summary>What a lease is like now.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Remaining">How long it lives without a renewal; negative when it does not exist.</param>
/// <param name="Granted">Its TTL.</param>
/// <param name="Keys">The keys that live on it, when asked for.</param>
/// <param name="Header">What the reply says about the server.</param>
public sealed record LeaseInfo(LeaseId Id, TimeSpan Remaining, TimeSpan Granted, ImmutableArray<Bytes> Keys, EtcdHeader Header);

/// <summary>What a member says about itself.</summary>
/// <param name="Endpoint">The endpoint that was asked.</param>
/// <param name="Header">Cluster, member, revision and raft term.</param>
/// <param name="Version">The server's version, for example 3.5.13.</param>
/// <param name="Leader">The member that leads, 0 when there is none.</param>
/// <param name="DatabaseSize">The size of the database file in bytes.</param>
/// <param name="RaftIndex">The raft index.</param>
/// <param name="Errors">Alarms and errors that the member reports.</param>
public sealed record EndpointStatus(
    Uri Endpoint, EtcdHeader Header, string Version, ulong Leader, long DatabaseSize, ulong RaftIndex, ImmutableArray<string> Errors)
{
    /// <summary>The raft index up to which the member has applied what was agreed upon.</summary>
    public ulong RaftAppliedIndex { get; init; }

    /// <summary>How much of the database file is in use, in bytes; the rest is free for new data.</summary>
    public long DatabaseSizeInUse { get; init; }

    /// <summary>Whether the member only learns and has no vote yet.</summary>
    public bool IsLearner { get; init; }
}
