using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>One candidate in the line. Without a card it is of another program.</summary>
internal sealed record CandidateInLine(Bytes Key, Revision Created, LeaseId Lease, Bytes Value, CandidateCard? Card);

/// <summary>How the leadership gets to a target in one transaction: the leader goes, and those of ours who stand before the target step back.</summary>
/// <param name="Target">Who shall lead.</param>
/// <param name="StepBack">Ours between the leader and the target: their keys are deleted, so they enter again behind.</param>
/// <param name="IsForeignBetween">Whether a candidate of another program stands between: it cannot step back, and leads first.</param>
internal sealed record HandOverPlan(CandidateInLine Target, ImmutableArray<CandidateInLine> StepBack, bool IsForeignBetween);

/// <summary>All candidates of an election in their order, as they were at one revision.</summary>
internal sealed record CandidateLine(ImmutableArray<CandidateInLine> Candidates)
{
    /// <summary>Compares and deletions must fit into one transaction of etcd.</summary>
    public const int MostStepBacks = 120;

    /// <summary>What lies under the election's name and is no candidate.</summary>
    public ImmutableArray<Bytes> Strays { get; init; } = [];

    /// <summary>From the keys under the election's name in the order of their creation.</summary>
    public static CandidateLine Of(ElectionKeys keys, ImmutableArray<KeyValue> found, ImmutableDictionary<LeaseId, CandidateCard> cards) =>
        new([.. found.Where(keys.IsCandidate).Select(kv => new CandidateInLine(kv.Key, kv.CreateRevision, kv.Lease, kv.Value, cards.GetValueOrDefault(kv.Lease)))])
        {
            Strays = [.. found.Where(kv => !keys.IsCandidate(kv)).Select(kv => kv.Key)],
        };

    /// <summary>How the named candidate gets to lead; null when there is none of that name beside the leader.</summary>
    public HandOverPlan? PlanFor(string name, Revision leader) => Plan(Candidates.FirstOrDefault(c => c.Created != leader && c.Card?.Name == name), leader);

    /// <summary>How the preferred candidate gets to lead; null when it is the next one anyway.</summary>
    public HandOverPlan? PlanForPreferred(Revision leader)
    {
        var others = Candidates.Where(c => c.Created != leader && c.Card is not null).ToList();
        var target = others.MaxBy(c => (c.Card!.Priority, -c.Created.Value));
        return Plan(target, leader) is { StepBack.IsEmpty: false } plan ? plan : null;
    }

    private HandOverPlan? Plan(CandidateInLine? target, Revision leader)
    {
        if (target is null)
        {
            return null;
        }

        var between = Candidates.Where(c => c.Created != leader && c.Created < target.Created).ToList();
        ImmutableArray<CandidateInLine> ours = [.. between.Where(c => c.Card is not null).Take(MostStepBacks + 1)];
        return new HandOverPlan(target, ours, between.Any(c => c.Card is null));
    }
}
