using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>What a CandidateActor is told. <c>Round</c> tells the answer to the last question from those to earlier ones.</summary>
internal abstract record CandidateMessage
{
    private CandidateMessage()
    {
    }

    /// <summary>Command: the caller does not want to lead any more. Without effect when it was elected before: then it resigns.</summary>
    public sealed record Withdraw(ElectionReply Answer) : CandidateMessage;

    /// <summary>Command: change the leader's value.</summary>
    public sealed record Proclaim(ElectionRequestId Request, Bytes Value) : CandidateMessage;

    /// <summary>Command: give the leadership back; the preferred candidate, if there is one, is put first.</summary>
    public sealed record Resign(ElectionRequestId Request) : CandidateMessage;

    /// <summary>Command: give the leadership to the candidate of that name.</summary>
    public sealed record Transfer(ElectionRequestId Request, string To) : CandidateMessage;

    /// <summary>Command: the system stops. A leader that drains is asked to step down and gets a while for it.</summary>
    public sealed record Stop(bool Drains) : CandidateMessage;

    /// <summary>Fact: the candidacy has a lease.</summary>
    public sealed record SessionOpened(CandidateLease Lease) : CandidateMessage;

    /// <summary>Fact: the lease is lost.</summary>
    public sealed record SessionLost(LeaseId Lease, LossReason Reason) : CandidateMessage;

    /// <summary>Fact: the session was closed: its lease is revoked, and nothing can come of it any more.</summary>
    public sealed record SessionEnded : CandidateMessage;

    /// <summary>Fact: a request to etcd failed.</summary>
    public sealed record Failed(CandidateEffect.Call Request, EtcdException Error) : CandidateMessage;

    /// <summary>Fact: our key was created. <paramref name="Predecessor"/> is the one before us, if there is one.</summary>
    public sealed record Entered(int Round, Revision Created, KeyValue? Predecessor, TimeSpan ValidFor) : CandidateMessage;

    /// <summary>Fact: a key is there under our name already.</summary>
    public sealed record EnterMet(int Round, KeyValue Current) : CandidateMessage;

    /// <summary>Fact: our own key (null: it is not the one we created) and the one before us, as they are at one revision.</summary>
    public sealed record Looked(int Round, KeyValue? Own, KeyValue? Predecessor, Revision Revision, TimeSpan ValidFor) : CandidateMessage;

    /// <summary>Fact: the watch saw our key put.</summary>
    public sealed record OwnPut(KeyValue Current) : CandidateMessage;

    /// <summary>Fact: the watch saw our key deleted.</summary>
    public sealed record OwnDeleted(Revision Revision) : CandidateMessage;

    /// <summary>Fact: our key as a watch that was cut read it again.</summary>
    public sealed record OwnRead(KeyValue? Current, Revision Revision) : CandidateMessage;

    /// <summary>Fact: the watch on the one before us has begun.</summary>
    public sealed record PredecessorWatched : CandidateMessage;

    /// <summary>Fact: the one before us is gone.</summary>
    public sealed record PredecessorGone : CandidateMessage;

    /// <summary>Fact: what our candidates tell each other, whole.</summary>
    public sealed record SideRead(ImmutableDictionary<LeaseId, CandidateCard> Cards, TransferWish? Wish) : CandidateMessage;

    /// <summary>Fact: the card of one of our candidates came, changed or (null) went.</summary>
    public sealed record CardShown(LeaseId Lease, CandidateCard? Card) : CandidateMessage;

    /// <summary>Fact: somebody wants a transfer, or (null) does not any more.</summary>
    public sealed record WishShown(TransferWish? Wish) : CandidateMessage;

    /// <summary>Fact: our value is proclaimed.</summary>
    public sealed record Proclaimed(ElectionRequestId Request, Revision Revision) : CandidateMessage;

    /// <summary>Fact: our key is not as we left it, so the value was not put.</summary>
    public sealed record ProclaimMet(ElectionRequestId Request, KeyValue? Current) : CandidateMessage;

    /// <summary>Fact: the line was read.</summary>
    public sealed record LineRead(int Round, CandidateLine Line) : CandidateMessage;

    /// <summary>Fact: the hand-over was answered: made, or the line is not any more what it was.</summary>
    public sealed record HandedOver(int Round, bool Succeeded) : CandidateMessage;

    /// <summary>Fact: a wish that was fulfilled is deleted, as far as that was possible.</summary>
    public sealed record WishForgotten : CandidateMessage;

    /// <summary>Fact: our key is certainly not there (any more).</summary>
    public sealed record Removed(int Round) : CandidateMessage;

    /// <summary>Fact: a timer fired.</summary>
    public sealed record TimerFired(CandidateTimer Timer, TimeSpan ValidFor) : CandidateMessage;
}

/// <summary>The timers of a candidacy.</summary>
internal enum CandidateTimer
{
    /// <summary>Try again what failed.</summary>
    Retry,

    /// <summary>Look although no event came.</summary>
    Fallback,

    /// <summary>See whether the lease has enough time left to lead on it.</summary>
    Confirm,

    /// <summary>A leader of a system that stops had its time to step down.</summary>
    Drain,
}

/// <summary>The one answer to a request.</summary>
internal abstract record ElectionReply
{
    private ElectionReply()
    {
    }

    /// <summary>The candidate leads, until it resigns or loses.</summary>
    public sealed record Elected(LeadershipClaim Claim) : ElectionReply;

    /// <summary>The caller cancelled.</summary>
    public sealed record Withdrawn : ElectionReply;

    /// <summary>The value is stored, at this revision.</summary>
    public sealed record Proclaimed(Revision Revision) : ElectionReply;

    /// <summary>The leadership is given back, or was over before.</summary>
    public sealed record Resigned : ElectionReply;

    /// <summary>How a transfer ended.</summary>
    public sealed record Transfer(TransferOutcome Outcome) : ElectionReply;

    /// <summary>The observation runs; it tells its feed.</summary>
    public sealed record Observing : ElectionReply;

    /// <summary>It failed.</summary>
    public sealed record Failed(CoordinationException Error) : ElectionReply;
}
