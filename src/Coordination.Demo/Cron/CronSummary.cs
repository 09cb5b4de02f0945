using System.Globalization;
using System.Text.Json.Serialization;
using Coordination.Demo.Cron.Ledger;

namespace Coordination.Demo.Cron;

/// <summary>The result of a run of the demo.</summary>
internal sealed record CronSummary
{
    public required bool Ok { get; init; }

    /// <summary>Why it is not ok, a sentence each.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public required bool Interrupted { get; init; }

    public required string Etcd { get; init; }

    public required int Workers { get; init; }

    public required double DurationSeconds { get; init; }

    public required IReadOnlyList<JobSummary> Jobs { get; init; }

    public required IReadOnlyList<TakeoverSummary> Takeovers { get; init; }

    public required HandoverSummary Handovers { get; init; }

    public required LedgerCheck Ledger { get; init; }

    /// <summary>Keys of the demo that were still in etcd at the end.</summary>
    public required int LeftBehind { get; init; }

    /// <summary>Those of them that belong to a killed worker and run out with its lease.</summary>
    public required int RunningOut { get; init; }

    /// <summary>The summary for people.</summary>
    public IEnumerable<string> Lines()
    {
        yield return "";
        yield return Invariant($"{Workers} workers, {DurationSeconds:0.0} s, etcd {Etcd}");
        foreach (var job in Jobs)
        {
            yield return Invariant($"  {job.Name,-8} {job.Runs,5} runs{(job.Lost > 0 ? Invariant($", {job.Lost} cut off") : "")}");
        }

        foreach (var takeover in Takeovers)
        {
            yield return Invariant($"  takeover of {takeover.Job} from {takeover.From} (killed) by {takeover.To} after {takeover.DelaySeconds:0.000} s");
        }

        yield return Handovers.Count == 0
            ? "  hand-overs: none"
            : Invariant($"  hand-overs: {Handovers.Count} from a release to the next waiter, p50 {Handovers.P50Milliseconds:0.00} ms, p99 {Handovers.P99Milliseconds:0.00} ms, max {Handovers.MaxMilliseconds:0.00} ms");
        yield return Invariant($"  ledger: {Ledger.Entries} runs begun, {Ledger.Finished} finished, {Ledger.Entries - Ledger.Finished} cut off (killed, lost, or stopped at the end), overlaps = {Ledger.Overlaps}, tokens strictly increasing = {(Ledger.TokensOutOfOrder == 0 ? "yes" : "NO")}, ticks run twice = {Ledger.TicksRunTwice}");
        yield return Invariant($"  left behind in etcd: {LeftBehind - RunningOut} keys{(RunningOut > 0 ? Invariant($", and {RunningOut} of a killed worker that {(RunningOut == 1 ? "goes" : "go")} when its lease runs out") : "")}");
        yield return Ok ? "The check holds." : $"THE CHECK FAILED: {string.Join("; ", Problems)}.";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One job in the summary.</summary>
internal sealed record JobSummary(string Name, int Runs, int Lost);

/// <summary>One takeover in the summary.</summary>
internal sealed record TakeoverSummary(string Job, string From, string To, double DelaySeconds);

/// <summary>The hand-over times in the summary.</summary>
internal sealed record HandoverSummary(int Count, double P50Milliseconds, double P99Milliseconds, double MaxMilliseconds)
{
    public static HandoverSummary Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(t => t.TotalMilliseconds).Order().ToList();
        return sorted.Count == 0
            ? new HandoverSummary(0, 0, 0, 0)
            : new HandoverSummary(sorted.Count, At(sorted, 0.5), At(sorted, 0.99), sorted[^1]);
    }

    private static double At(List<double> sorted, double quantile) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * quantile))];
}

/// <summary>Compile-time JSON of <see cref="CronSummary"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CronSummary))]
internal sealed partial class CronSummaryJson : JsonSerializerContext;
