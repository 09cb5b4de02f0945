using System.Collections.Immutable;
using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination.Tests.Elections;

/// <summary>The machine of a candidacy with its state, told one message after the other.</summary>
internal sealed class CandidateDialogue(int priority = 0, string name = "us")
{
    public static readonly LeaseId Lease = new(7);
    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(9);
    private readonly CandidateMachine _machine = new(new CandidateCard(name, priority));
    private long _requests;

    public CandidateState State { get; private set; } = CandidateState.Initial("here");

    /// <summary>It has a lease, and entering is under way.</summary>
    public static CandidateDialogue Entering(int priority = 0)
    {
        var dialogue = new CandidateDialogue(priority);
        dialogue.Tell(new CandidateMessage.SessionOpened(new CandidateLease(Lease, Ttl)));
        return dialogue;
    }

    /// <summary>It waits in the place of this revision for the key before it.</summary>
    public static CandidateDialogue Waiting(long created)
    {
        var dialogue = Entering();
        dialogue.Tell(new CandidateMessage.Entered(dialogue.State.Round, new(created), Kv("e/before", created - 1), Fresh));
        return dialogue;
    }

    /// <summary>It leads in the term of this revision.</summary>
    public static CandidateDialogue Leading(long term, int priority = 0)
    {
        var dialogue = Entering(priority);
        dialogue.Tell(new CandidateMessage.Entered(dialogue.State.Round, new(term), null, Fresh));
        return dialogue;
    }

    public static KeyValue Kv(string key, long created, long? mod = null, long lease = 0, string value = "theirs") =>
        new(key, value, new(created), new(mod ?? created), 1, new(lease));

    public static KeyValue Own(long created, long? mod = null, string value = "here", long lease = 7) => Kv("e/7", created, mod, lease, value);

    public static EtcdException Unknown(CoordinationErrorKind kind = CoordinationErrorKind.Timeout) => new(kind, WriteOutcome.Unknown, "no answer");

    public static EtcdException NotApplied(CoordinationErrorKind kind) => new(kind, WriteOutcome.NotApplied, "refused");

    public static CandidateLine Line(params (long Created, string? Name, int Priority)[] candidates) => new([.. candidates.Select(c => new CandidateInLine(
        $"e/{c.Created}", new(c.Created), new(c.Created), "v", c.Name is null ? null : new CandidateCard(c.Name, c.Priority)))]);

    public CandidateEffect[] Tell(CandidateMessage message)
    {
        var step = _machine.Handle(State, message);
        State = step.State;
        return [.. step.Effects];
    }

    public CandidateEffect[] Looked(KeyValue? own, KeyValue? before, long revision, TimeSpan? validFor = null) =>
        Tell(new CandidateMessage.Looked(State.Round, own, before, new(revision), validFor ?? Fresh));

    public CandidateEffect[] Fire(CandidateTimer timer, TimeSpan? validFor = null) => Tell(new CandidateMessage.TimerFired(timer, validFor ?? Fresh));

    public CandidateEffect[] Proclaim(string value) => Tell(new CandidateMessage.Proclaim(new(++_requests), value));

    public CandidateEffect[] Resign() => Tell(new CandidateMessage.Resign(new(++_requests)));

    public CandidateEffect[] Transfer(string to) => Tell(new CandidateMessage.Transfer(new(++_requests), to));

    public CandidateEffect[] Cards(params (long Lease, string Name, int Priority)[] cards) => Tell(new CandidateMessage.SideRead(
        cards.ToImmutableDictionary(c => new LeaseId(c.Lease), c => new CandidateCard(c.Name, c.Priority)), null));
}
