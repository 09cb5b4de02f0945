using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Demo.Cron;

/// <summary>A job of the demo: due every so many ticks.</summary>
internal sealed record CronJob(CronSettings Settings, int Number)
{
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"job{Number}");

    /// <summary>The key of its lock: what any other program has to use to compete for the job.</summary>
    public string LockKey => Settings.LockPrefix + Name;

    /// <summary>Due every one, two or three ticks, so that not all jobs are due together.</summary>
    public long Period => 1 + ((Number - 1) % 3);

    /// <summary>The last tick that was completed, zero-padded so that etcd can compare it.</summary>
    public Bytes TickKey => $"{Settings.RecordPrefix.ToText()}tick/{Name}";

    public Bytes LedgerPrefix => $"{Settings.RecordPrefix.ToText()}ledger/{Name}/";

    public Bytes LedgerKey(long token) => $"{LedgerPrefix.ToText()}{Padded(token)}";

    public static string Padded(long number) => number.ToString("D20", CultureInfo.InvariantCulture);
}
