using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Coordination.Cluster;

/// <summary>How long after a fault (or, where there was no quorum, after its end) each kind of thing worked again.</summary>
internal sealed record Recovery(string Scenario, ImmutableArray<(string What, TimeSpan Took)> Times, long LocksLost)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scenario,-20} {string.Join("  ", Times.Select(time => string.Create(CultureInfo.InvariantCulture, $"{time.What} {time.Took.TotalSeconds,6:0.00} s")))}  held locks lost {LocksLost}");
}

/// <summary>What came of a run.</summary>
internal sealed record ClusterVerdict(ImmutableArray<Recovery> Recoveries, ImmutableArray<string> Violations, ImmutableArray<(string What, long Count)> Counts, long Unknown, long NotApplied)
{
    public override string ToString()
    {
        var text = new StringBuilder().AppendLine().AppendLine("recovered after");
        Recoveries.ToList().ForEach(recovery => text.Append("  ").AppendLine(recovery.ToString()));
        text.Append("done: ").AppendLine(string.Join(", ", Counts.Select(count => $"{count.What} {count.Count}")));
        text.AppendLine(CultureInfo.InvariantCulture, $"writes that failed: {Unknown} unknown, {NotApplied} not applied");
        Violations.Take(20).ToList().ForEach(violation => text.Append("VIOLATION: ").AppendLine(violation));
        return text.Append(CultureInfo.InvariantCulture, $"{Violations.Length} violations").ToString();
    }
}
