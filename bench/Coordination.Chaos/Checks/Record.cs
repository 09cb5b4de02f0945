using System.Collections.Immutable;
using Coordination.Chaos.Workers;

namespace Coordination.Chaos.Checks;

/// <summary>One line of the shared history.</summary>
internal sealed record Line(string Worker, WorkerReport Report);

/// <summary>A fault that is over.</summary>
internal sealed record Fault(string What, long From, long HealedAt);

/// <summary>Everything that is known about a run.</summary>
/// <param name="Lines">What the workers told, each worker's in order.</param>
/// <param name="Store">What happened in etcd, in order.</param>
/// <param name="Writes">The tokens that the resource outside of etcd accepted, in order.</param>
/// <param name="Faults">What was done to them.</param>
/// <param name="EndedAt">When the last worker was told to end.</param>
internal sealed record RunRecord(
    ImmutableArray<Line> Lines, WrittenHistory Store, ImmutableArray<long> Writes, ImmutableArray<Fault> Faults, long EndedAt)
{
    /// <summary>
    /// Each acquisition as its process saw it: held for certain from the first to the last of the stamps that prove it. A process that was stopped and believes in its
    /// claim until it has looked at the clock again counts only up to its last proof, because the stamp is older than the look.
    /// </summary>
    public ImmutableArray<Holding> Claims { get; } =
    [
        .. from line in Lines
           where line.Report.Kind == ReportKind.Seen
           group line.Report.At by (line.Worker, line.Report.Token) into seen
           let claim = new Holding(ChaosSettings.Key, seen.Key.Worker, seen.Key.Token, seen.Min(), seen.Max())
           orderby claim.From
           select claim,
    ];
}
