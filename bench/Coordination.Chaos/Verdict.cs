using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Coordination.Chaos.Checks;
using Coordination.Chaos.Workers;

namespace Coordination.Chaos;

/// <summary>What came of a run.</summary>
internal sealed record Verdict(RunRecord Run, TokenGate Gate, ImmutableArray<string> Violations)
{
    public override string ToString()
    {
        var text = new StringBuilder();
        var reports = Run.Lines.Select(l => l.Report).ToList();
        var changes = Run.Store.Changes.Where(c => c.Key == ChaosSettings.Key).ToList();
        var handedOver = changes.Zip(changes.Skip(1)).Count(pair => pair is { First.IsDelete: false, Second.IsDelete: false });
        Line($"claims                  {Run.Claims.Length} by {Run.Claims.Select(c => c.Who).Distinct().Count()} processes, proven by {Count(ReportKind.Seen)} stamps");
        Line($"key in etcd             {changes.Count(c => !c.IsDelete)} puts ({handedOver} handed over without a deletion), {changes.Count(c => c.IsDelete)} deletions");
        Line($"losses                  {Grouped(reports.Where(r => r.Kind == ReportKind.Told).Select(r => r.Text))}");
        Line($"failed requests         {Grouped(reports.Where(r => r.Kind == ReportKind.Failed).Select(r => r.Text))}");
        Line($"writes by token         {Gate.Accepted} accepted, {Gate.Refused} stale ones refused");
        Line($"guarded transactions    {reports.Count(r => r is { Kind: ReportKind.Guarded, Text: "yes" })} let through, {reports.Count(r => r is { Kind: ReportKind.Guarded, Text: "no" })} refused");
        Line($"faults                  {Run.Faults.Length}: {Grouped(Run.Faults.Select(f => f.What))}");
        var recoveries = HistoryCheck.Recoveries(Run).Where(r => r.After is not null).Select(r => r.After!.Value.TotalMilliseconds).Order().ToList();
        if (recoveries.Count > 0)
        {
            Line($"held again after       {recoveries.Count} faults with calm behind them: {recoveries[recoveries.Count / 2]:0} ms in the median, {recoveries[^1]:0} ms at most");
        }

        Line($"violations              {Violations.Length}");
        foreach (var violation in Violations)
        {
            Line($"  {violation}");
        }

        return text.ToString().TrimEnd();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        int Count(ReportKind kind) => reports.Count(r => r.Kind == kind);
    }

    private static string Grouped(IEnumerable<string> texts)
    {
        var groups = texts.GroupBy(t => t).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}").ToList();
        return groups.Count == 0 ? "0" : string.Join(", ", groups);
    }
}
