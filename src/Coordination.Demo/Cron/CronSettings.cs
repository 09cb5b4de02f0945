using System.Collections.Immutable;
using Coordination.Demo.Cli.Connection;
using Coordination.Etcd;

namespace Coordination.Demo.Cron;

/// <summary>What the workers of one run have in common.</summary>
/// <param name="Etcd">How to reach etcd.</param>
/// <param name="Run">The name of this run: it keeps the ledgers of several runs apart.</param>
/// <param name="LockPrefix">What the keys of the locks begin with; the job's name follows.</param>
/// <param name="Jobs">How many jobs there are.</param>
/// <param name="Tick">How often the clock of the jobs ticks.</param>
/// <param name="Work">How long a job works.</param>
/// <param name="Ttl">The TTL of the workers' session leases.</param>
/// <param name="StartTicks">When tick 0 was, on the monotonic clock of this machine.</param>
internal sealed record CronSettings(
    EtcdSettings Etcd, string Run, string LockPrefix, int Jobs, TimeSpan Tick, TimeSpan Work, TimeSpan Ttl, long StartTicks)
{
    public ImmutableArray<CronJob> AllJobs => [.. Enumerable.Range(1, Jobs).Select(number => new CronJob(this, number))];

    /// <summary>Everything that this run writes apart from the locks.</summary>
    public Bytes RecordPrefix => $"/cron/runs/{Run}/";

    /// <summary>A coordination system for one worker of this run.</summary>
    public CoordinationOptions OptionsFor(string worker) => new()
    {
        Name = "cron",
        Owner = $"{worker}@{Run}",
        SessionTtl = Ttl,
        StopTimeout = TimeSpan.FromSeconds(3),
        Etcd = Etcd.ForSystem(),
    };
}
