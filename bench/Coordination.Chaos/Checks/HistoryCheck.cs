using System.Globalization;
using Coordination.Chaos.Workers;

namespace Coordination.Chaos.Checks;

/// <summary>What must hold of every run, and whatever does not, in a sentence each. S1 to S8 are the promises of docs/faults.md, "What is always true".</summary>
internal static class HistoryCheck
{
    public static IEnumerable<string> Violations(RunRecord run, TimeSpan progressLimit) =>
    [
        .. OneAtATime(run), .. TokensIncrease(run), .. LostIsTerminal(run), .. ClaimsAreInEtcd(run), .. NoStaleWrite(run), .. Progress(run, progressLimit),
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

    /// <summary>S1: no two claims overlap in time.</summary>
    private static IEnumerable<string> OneAtATime(RunRecord run)
    {
        Claim? latest = null;
        foreach (var claim in run.Claims)
        {
            if (latest is not null && claim.From <= latest.Until)
            {
                yield return $"S1: {claim} overlaps {latest} by {Milliseconds(claim.From, Math.Min(claim.Until, latest.Until))} ms";
            }

            latest = latest is null || claim.Until > latest.Until ? claim : latest;
        }
    }

    /// <summary>S4: in the order of the claims tokens increase, and nobody shares one.</summary>
    private static IEnumerable<string> TokensIncrease(RunRecord run) =>
        from pair in run.Claims.Zip(run.Claims.Skip(1))
        where pair.Second.Token <= pair.First.Token
        select $"S4: {pair.Second} follows {pair.First}";

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

    /// <summary>S8 and S7: who claims a token put the key with it, and while it claims the key is still there.</summary>
    private static IEnumerable<string> ClaimsAreInEtcd(RunRecord run)
    {
        var key = run.Changes.Where(c => c.Key == ChaosSettings.Key).ToList();
        var puts = new Dictionary<long, (StoreChange Put, StoreChange? End)>();
        for (var n = 0; n < key.Count; n++)
        {
            if (!key[n].IsDelete)
            {
                puts.Add(key[n].Revision, (key[n], n + 1 < key.Count ? key[n + 1] : null));
            }
        }

        foreach (var claim in run.Claims)
        {
            if (!puts.TryGetValue(claim.Token, out var stored) || !stored.Put.Current.Value.ToString().Contains($"\"owner\":\"{claim.Worker}\"", StringComparison.Ordinal))
            {
                yield return $"S8: {claim} has no put of its own in etcd";
            }
            else if (stored.End is { } end && end.SeenAt < claim.Until)
            {
                yield return $"S7: {claim} was still held {Milliseconds(end.SeenAt, claim.Until)} ms after etcd reported the end of its key (revision {end.Revision})";
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
        foreach (var change in run.Changes)
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

    private static string Milliseconds(long from, long to) => Stamp.Between(from, to).TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture);
}
