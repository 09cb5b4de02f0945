using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>What a candidacy is doing.</summary>
internal abstract record CandidatePhase
{
    private CandidatePhase()
    {
    }

    /// <summary>There is no lease (any more); without one nothing can be put.</summary>
    public sealed record WithoutLease : CandidatePhase;

    /// <summary>Our key is being created.</summary>
    public sealed record Entering : CandidatePhase;

    /// <summary>Our key is there; whether it still is, and who is before it, is being read.</summary>
    public sealed record Looking(Revision Created) : CandidatePhase;

    /// <summary>Somebody is before us; the end of the nearest is awaited.</summary>
    public sealed record Waiting(Revision Created) : CandidatePhase;

    /// <summary>Nobody is before us, but the lease has too little time left to lead on it; its renewal is awaited.</summary>
    public sealed record Confirming(Revision Created) : CandidatePhase;

    /// <summary>We lead.</summary>
    public sealed record Leading(Revision Term) : CandidatePhase;

    /// <summary>Something failed; waiting before trying again. Without a revision our key is to be created, else looked at.</summary>
    public sealed record BackingOff(Revision Created) : CandidatePhase;

    /// <summary>Somebody changed our key while we waited: it is being removed, to enter again.</summary>
    public sealed record Retreating(Revision Created, LeaseId Lease) : CandidatePhase;

    /// <summary>We do not lead any more; the line is being read, to put the right one first.</summary>
    public sealed record PlanningHandOver(Revision Term, int Tries) : CandidatePhase;

    /// <summary>We do not lead any more; our key goes and those before the target step back, in one transaction.</summary>
    public sealed record HandingOver(Revision Term, int Tries) : CandidatePhase;

    /// <summary>Our key is being removed, to end. Without tries left the revocation of the lease has to do it.</summary>
    public sealed record Removing(Revision Created, LeaseId Lease, int TriesLeft) : CandidatePhase;

    /// <summary>The session is being closed, to end.</summary>
    public sealed record Closing : CandidatePhase;

    /// <summary>Over.</summary>
    public sealed record Ended : CandidatePhase;
}

/// <summary>A value to be proclaimed, and who asked for it.</summary>
internal sealed record Proclamation(ElectionRequestId Request, Bytes Value);

/// <summary>Somebody, perhaps in another process, wants the candidate of that name to lead. Stored at this revision.</summary>
internal sealed record TransferWish(string To, Revision At);

/// <summary>A transfer that the leader itself asked for.</summary>
internal sealed record TransferRequest(ElectionRequestId Request, string To);

/// <summary>The state of a candidacy.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Lease">Its lease, when there is one.</param>
/// <param name="Value">What its key holds, or shall hold.</param>
/// <param name="OwnAt">The newest revision of our key that is our doing.</param>
/// <param name="Round">Counts the questions to etcd; answers to earlier ones are ignored.</param>
/// <param name="IsOwnWatched">Whether a watch on our key runs.</param>
/// <param name="Predecessor">The key that a watch runs on because it is before us.</param>
/// <param name="NeedsLook">Whether the watch on the one before us began while a look was under way, so that another one has to follow.</param>
/// <param name="Proclamations">First come, first served; the first is under way while we lead.</param>
/// <param name="Transfer">A transfer by the leader that is under way.</param>
/// <param name="Resigners">Requests to be answered when our key is certainly gone.</param>
/// <param name="Cards">What our candidates say about themselves; known only while we lead.</param>
/// <param name="Wish">Whom somebody wants to lead; known only while we lead.</param>
/// <param name="IsAskedToStepDown">Whether the leader was asked to step down.</param>
/// <param name="Evictions">How often our key vanished while we waited.</param>
/// <param name="Failures">Failures in a row.</param>
internal sealed record CandidateState(
    CandidatePhase Phase,
    CandidateLease? Lease,
    Bytes Value,
    Revision OwnAt,
    int Round,
    bool IsOwnWatched,
    Bytes? Predecessor,
    bool NeedsLook,
    ImmutableList<Proclamation> Proclamations,
    TransferRequest? Transfer,
    ImmutableList<ElectionRequestId> Resigners,
    ImmutableDictionary<LeaseId, CandidateCard> Cards,
    TransferWish? Wish,
    bool IsAskedToStepDown,
    int Evictions,
    int Failures)
{
    public static CandidateState Initial(Bytes value) => new(
        new CandidatePhase.WithoutLease(), null, value, Revision.None, 0, false, null, false, [], null, [],
        ImmutableDictionary<LeaseId, CandidateCard>.Empty, null, false, 0, 0);
}

/// <summary>What a candidacy watches.</summary>
internal enum CandidateWatch
{
    /// <summary>Its own key.</summary>
    Own,

    /// <summary>The key before it.</summary>
    Predecessor,

    /// <summary>What our candidates tell each other; while it leads.</summary>
    Side,
}

/// <summary>What the actor shall do.</summary>
internal abstract record CandidateEffect
{
    private CandidateEffect()
    {
    }

    /// <summary>One of the requests to etcd; each is answered by one message. <paramref name="Round"/>: which question it is, of those that only the last counts of.</summary>
    public abstract record Call(int Round = 0) : CandidateEffect;

    /// <summary>Send <c>if CreateRevision(key)==0 then put key and card with the lease, read the last two of the line, else get key</c>.</summary>
    public sealed record SendEnter(int Round, LeaseId Lease, Bytes Value) : Call(Round);

    /// <summary>Send <c>if CreateRevision(key)==created then get key and the last one created before it</c>.</summary>
    public sealed record SendLook(int Round, LeaseId Lease, Revision Created) : Call(Round);

    /// <summary>Send <c>if CreateRevision(key)==term and ModRevision(key)==at then put key else get key</c>.</summary>
    public sealed record SendProclaim(ElectionRequestId Proclamation, LeaseId Lease, Revision Term, Revision At, Bytes Value) : Call;

    /// <summary>Send <c>if CreateRevision(key)==created then delete key and card</c>.</summary>
    public sealed record SendRemove(int Round, LeaseId Lease, Revision Created) : Call(Round);

    /// <summary>Read all candidates and their cards at one revision.</summary>
    public sealed record SendReadLine(int Round) : Call(Round);

    /// <summary>Delete our key and those that step back, if none of them nor the target has changed.</summary>
    public sealed record SendHandOver(int Round, LeaseId Lease, Revision Term, HandOverPlan Plan) : Call(Round);

    /// <summary>Delete the wish for a transfer, which is fulfilled.</summary>
    public sealed record ForgetWish(Revision At) : Call;

    public sealed record StartWatch(CandidateWatch Watch, Bytes Key, Revision From) : CandidateEffect;

    public sealed record StopWatch(CandidateWatch Watch) : CandidateEffect;

    public sealed record SetTimer(CandidateTimer Timer, int Failures) : CandidateEffect;

    public sealed record CancelTimer(CandidateTimer Timer) : CandidateEffect;

    /// <summary>The caller of the campaign gets the leadership.</summary>
    public sealed record Elect(Revision Term, LeaseId Lease) : CandidateEffect;

    /// <summary>The leadership is over. <paramref name="IsNews"/>: whether its holder does not know yet.</summary>
    public sealed record EndClaim(LossReason Reason, bool IsNews) : CandidateEffect;

    public sealed record AskToStepDown : CandidateEffect;

    /// <summary>The campaign is answered otherwise than by being elected.</summary>
    public sealed record AnswerCampaign(ElectionReply Answer) : CandidateEffect;

    public sealed record Reply(ElectionRequestId Request, ElectionReply Answer) : CandidateEffect;

    public sealed record VerifyLease(LeaseId Lease) : CandidateEffect;

    public sealed record CloseSession : CandidateEffect;

    public sealed record End : CandidateEffect;

    public sealed record Note(string What) : CandidateEffect;
}

/// <summary>The outcome of a step of the machine: the next state and what is to be done, in order.</summary>
internal readonly record struct CandidateStep(CandidateState State, ImmutableArray<CandidateEffect> Effects)
{
    public static implicit operator CandidateStep(CandidateState state) => new(state, []);

    /// <summary>Adds something to be done.</summary>
    public CandidateStep Do(params ReadOnlySpan<CandidateEffect> effects) => this with { Effects = Effects.AddRange(effects) };

    /// <summary>Goes on from the state reached.</summary>
    public CandidateStep Then(Func<CandidateState, CandidateStep> next)
    {
        var step = next(State);
        return step with { Effects = Effects.AddRange(step.Effects) };
    }
}
