using System.Globalization;
using Coordination.Chaos.Workers;
using Coordination.Locks.Line;

namespace Coordination.Chaos.Checks;

/// <summary>What must hold of every run, and whatever does not, in a sentence each. S1 to S8 are the promises of docs/faults.md, "What is always true".</summary>
internal static class HistoryCheck
{
    public static IEnumerable<string> Violations(RunRecord run, TimeSpan progressLimit) =>
    [
        .. Holdings.Violations(run.Claims), .. LostIsTerminal(run),
        .. Holdings.AgainstStore(run.Claims, run.Store.ReignsOf(ChaosSettings.Key), static (reign, worker) => LockValue.HolderOf(reign.Key).Owner == worker),
        .. NoStaleWrite(run), .. Progress(run, progressLimit),
    ];

    /// <summary>
    /// How long after each fault was over somebody held the lock; null: to the end nobody did. Only of faults after which there was calm until then:
    /// what the next fault delayed is counted from the end of that.
    /// </summary>
    public static IEnumerable<(Fault Fault, TimeSpan? After)> Recoveries(RunRecord run)
    {
        foreach (var fault in run.Faults)
        {
            var next = run.Claims.FirstOrDefault(c => c.Until > fault.HealedAt);
            var heldAt = Math.Max(next?.From ?? run.EndedAt, fault.HealedAt);
            if (!run.Faults.Any(other => other != fault && other.From < heldAt && other.HealedAt > fault.HealedAt))
            {
                yield return (fault, next is null ? null : Stamp.Between(fault.HealedAt, heldAt));
            }
        }
    }

    /// <summary>S3: who was told of the loss, or saw it, never sees the lock held again.</summary>
    private static IEnumerable<string> LostIsTerminal(RunRecord run)
    {
        var over = new Dictionary<(string, long), WorkerReport>();
        foreach (var (worker, report) in run.Lines)
        {
            // The news comes on a thread of its own, so what counts is the time and not the order of the lines.
            if (report.Kind is ReportKind.Told or ReportKind.Over)
            {
                over.TryAdd((worker, report.Token), report);
            }
            else if (report.Kind == ReportKind.Seen && over.TryGetValue((worker, report.Token), out var end) && report.At > end.At)
            {
                yield return $"S3: {worker} saw {report.Token} held at {report.At}, after it was over ({end})";
            }
        }
    }

    /// <summary>S5: the resource outside of etcd accepts no smaller token after a larger one; a guarded transaction writes only while its token is the key's.</summary>
    private static IEnumerable<string> NoStaleWrite(RunRecord run)
    {
        foreach (var (earlier, later) in run.Writes.Zip(run.Writes.Skip(1)))
        {
            if (later < earlier)
            {
                yield return $"S5: a write with token {later} was accepted after one with {earlier}";
            }
        }

        long? current = null;
        foreach (var change in run.Store.Changes)
        {
            if (change.Key == ChaosSettings.Key)
            {
                current = change.IsDelete ? null : change.Revision;
            }
            else if (change.Key == ChaosSettings.Data && long.Parse(change.Current.Value.ToText(), CultureInfo.InvariantCulture) != current)
            {
                yield return $"S5: the guarded write of token {change.Current.Value} at revision {change.Revision} was let through while the token was {current}";
            }
        }
    }

    /// <summary>After each fault somebody holds the lock in time.</summary>
    private static IEnumerable<string> Progress(RunRecord run, TimeSpan limit) =>
        from recovery in Recoveries(run)
        where (recovery.After ?? Stamp.Between(recovery.Fault.HealedAt, run.EndedAt)) > limit
        select $"after '{recovery.Fault.What}' was over, nobody got the lock for {recovery.After?.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) ?? "the rest"} s";
}
