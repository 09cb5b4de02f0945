namespace Coordination.Embedded;

/// <summary>What a node is created with.</summary>
internal sealed record NodeSettings
{
    /// <summary>How often expired leases are looked for; etcd does it twice a second.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>The most leases that one sweep revokes, as in etcd.</summary>
    public const int RevocationsPerSweep = 500;

    public required ClusterIdentity Identity { get; init; }

    /// <summary>etcd derives 2 s from its default election timeout of 1 s: one and a half times, rounded up.</summary>
    public long MinimumLeaseTtlSeconds { get; init; } = 2;

    /// <summary>How long a login is good for when it is not used; etcd's default.</summary>
    public TimeSpan TokenTimeToLive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where the ids of leases start that do not bring their own.</summary>
    public long FirstLeaseId { get; init; } = 1;
}
