namespace Coordination.Chaos;

/// <summary>One run.</summary>
/// <param name="Seed">Which faults come when.</param>
/// <param name="Duration">How long faults are injected.</param>
/// <param name="Processes">How many processes compete.</param>
/// <param name="Ttl">The TTL of their leases.</param>
/// <param name="HistoryFile">Where everything that was reported is written; null: nowhere.</param>
internal sealed record ChaosSettings(int Seed, TimeSpan Duration, int Processes, TimeSpan Ttl, string? HistoryFile = null)
{
    /// <summary>The lock that all compete for.</summary>
    public const string Key = "/chaos/lock";

    /// <summary>What the lock protects in etcd: the token of the last writer.</summary>
    public const string Data = "/chaos/data";

    /// <summary>
    /// Within which time after a fault is over somebody must be granted the lock: those who wait make progress within 3 s of healing, and a
    /// dead holder's lease, which etcd gives a whole TTL again when it restarts, may have to run out before (half a second more is etcd's own).
    /// </summary>
    public TimeSpan ProgressLimit => TimeSpan.FromSeconds(3.5) + Ttl;
}
