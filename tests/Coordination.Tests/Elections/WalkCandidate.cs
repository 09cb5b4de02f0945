using System.Text;
using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination.Tests.Elections;

/// <summary>One candidate of ours in a walk: its machine, and what is on its way to and from it.</summary>
internal sealed class WalkCandidate
{
    public WalkCandidate(int number, int priority)
    {
        Number = number;
        Card = new CandidateCard($"c{number}", priority);
        Machine = new CandidateMachine(Card);
        State = CandidateState.Initial($"v{number}");
    }

    private WalkCandidate(WalkCandidate other)
    {
        Number = other.Number;
        Card = other.Card;
        Machine = other.Machine;
        State = other.State;
        Session = other.Session;
        IsAged = other.IsAged;
        IsClosing = other.IsClosing;
        HasEnded = other.HasEnded;
        IsAnswered = other.IsAnswered;
        Term = other.Term;
        IsClaimed = other.IsClaimed;
        IsAskedToStepDown = other.IsAskedToStepDown;
        Calls = [.. other.Calls];
        Timers = [.. other.Timers];
        Watches = other.Watches.ToDictionary(w => w.Key, w => w.Value);
        Requests = new(other.Requests);
    }

    public int Number { get; }

    public CandidateCard Card { get; }

    public CandidateMachine Machine { get; }

    public CandidateState State { get; set; }

    /// <summary>The lease that the client holds; 0: none.</summary>
    public long Session { get; set; }

    public bool IsAged { get; set; }

    public bool IsClosing { get; set; }

    public bool HasEnded { get; set; }

    /// <summary>Whether the campaign was answered.</summary>
    public bool IsAnswered { get; set; }

    public long Term { get; set; }

    /// <summary>Whether its holder may believe that it leads: not lost, not resigned.</summary>
    public bool IsClaimed { get; set; }

    public bool IsAskedToStepDown { get; set; }

    public List<WalkCall> Calls { get; } = [];

    public SortedSet<CandidateTimer> Timers { get; } = [];

    /// <summary>What is watched, and how far its history has been told.</summary>
    public Dictionary<CandidateWatch, (Bytes Key, int At)> Watches { get; } = [];

    public SortedDictionary<long, string> Requests { get; } = [];

    public WalkCandidate Clone() => new(this);

    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(Card.Name).Append(' ').Append(State.Phase.ToString().Replace("{ ", "", StringComparison.Ordinal).Replace(" }", "", StringComparison.Ordinal))
            .Append($" lease={Session}/{State.Lease?.Id} at={State.OwnAt} round={State.Round} before={State.Predecessor}/{State.NeedsLook}")
            .Append($" {(IsClaimed ? $"CLAIMS {Term}" : "")}{(IsAged ? " aged" : "")}{(IsClosing ? " closing" : "")}{(HasEnded ? " ended" : "")}")
            .Append(IsAnswered ? " answered" : "").Append(IsAskedToStepDown ? " asked" : "").Append(State.IsAskedToStepDown).Append(State.Failures).Append(State.Evictions)
            .Append(" calls=[").AppendJoin("; ", Calls.Select(c => c.Text)).Append("] timers=[").AppendJoin(',', Timers)
            .Append("] watches=[").AppendJoin(',', Watches.OrderBy(w => w.Key).Select(w => $"{w.Key}:{w.Value.Key}@{w.Value.At}"))
            .Append("] requests=[").AppendJoin(',', Requests).Append("] proclaim=[").AppendJoin(',', State.Proclamations.Select(p => p.Request.Value))
            .Append("] resign=[").AppendJoin(',', State.Resigners.Select(r => r.Value)).Append($"] transfer={State.Transfer?.To} wish={State.Wish?.To} cards=[")
            .AppendJoin(',', State.Cards.OrderBy(c => c.Key.Value).Select(c => $"{c.Key}:{c.Value.Name}")).Append(']');
        return text.ToString();
    }
}

/// <summary>A request to etcd: not applied yet, or applied with its reply on the way. Given up: the client does not wait for it any more.</summary>
internal sealed record WalkCall(long Id, CandidateEffect.Call Request)
{
    public CandidateMessage? Reply { get; init; }

    public bool IsGivenUp { get; init; }

    /// <summary>Whether it went through the journal of a session: with that it is answered no more.</summary>
    public bool IsInJournal { get; init; }

    public string Text => $"{Request.GetType().Name}#{Id}{(IsGivenUp ? " given up" : "")}{(Reply is null ? "" : $" => {Reply}")}";
}
