using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Locks;

/// <summary>What a LockActor is told.</summary>
internal abstract record LockMessage
{
    private LockMessage()
    {
    }

    /// <summary>What is judged by how long our claim on the lease is good when it is acted on.</summary>
    public abstract record Judged(TimeSpan ValidFor) : LockMessage;

    /// <summary>Command: get the lock, in turn; a try does not wait for a holder.</summary>
    public sealed record Acquire(LockRequestId Request, bool IsTry, bool IsFair = true, Instant Now = default) : LockMessage;

    /// <summary>Command: the caller gave up or its time is over. Without effect when the request was answered before.</summary>
    public sealed record Withdraw(LockRequestId Request, LockReply Answer) : LockMessage;

    /// <summary>Command: give the lock back.</summary>
    public sealed record Release(LockRequestId Request, Instant Now = default) : LockMessage;

    /// <summary>Command: an earlier actor of this key failed; find and remove what it left behind.</summary>
    public sealed record Recover : LockMessage;

    /// <summary>Fact: a session lease is held.</summary>
    public sealed record SessionOpened(LockLease Lease) : LockMessage;

    /// <summary>Fact: the session lease is lost.</summary>
    public sealed record SessionLost(LeaseId Lease, LossReason Reason) : LockMessage;

    /// <summary>Fact: others can tell us things: the inbox on this lease is watched.</summary>
    public sealed record InboxOpened(LeaseId Lease) : LockMessage;

    /// <summary>Fact: the inbox is not watched any more.</summary>
    public sealed record InboxClosed : LockMessage;

    /// <summary>Fact: the attempt put the key, at this revision. <paramref name="ValidFor"/>: how long our claim on the lease is good.</summary>
    public sealed record AttemptWon(AttemptId Attempt, Revision Revision, TimeSpan ValidFor, Instant? SentAt = null) : Judged(ValidFor);

    /// <summary>Fact: the attempt found the key there, as it is at this revision, and (in turn) who is last in line.</summary>
    public sealed record AttemptMet(
        AttemptId Attempt, KeyValue Current, Revision Revision, TimeSpan ValidFor, LineTicket? Last = null, Instant? SentAt = null) : Judged(ValidFor);

    /// <summary>Fact: the key was not there at this revision, but somebody stood in line before us; and who is last in line.</summary>
    public sealed record AttemptBarred(AttemptId Attempt, Revision Revision, LineTicket? Last = null, Instant? SentAt = null) : LockMessage;

    /// <summary>Fact: the attempt failed; the error says whether it was not applied or is unknown.</summary>
    public sealed record AttemptFailed(AttemptId Attempt, EtcdException Error) : LockMessage;

    /// <summary>Fact: the release was answered: our key is not there any more.</summary>
    public sealed record ReleaseDone(Revision Token, Revision Revision) : LockMessage;

    /// <summary>Fact: the release failed, or its outcome is unknown.</summary>
    public sealed record ReleaseFailed(Revision Token, EtcdException Error) : LockMessage;

    /// <summary>
    /// Fact: the key and the line at this revision: who is right before our ticket and who right after it. <paramref name="SentAt"/>: when that was asked.
    /// </summary>
    public sealed record LineShown(
        AttemptId Ticket, int Read, KeyValue? Current, LineTicket? Ahead, LineTicket? Next, Revision Revision, Instant SentAt, TimeSpan ValidFor) : Judged(ValidFor);

    /// <summary>Fact: our ticket could not be placed, or the line not be read.</summary>
    public sealed record LineFailed(AttemptId Ticket, int Read, EtcdException Error) : LockMessage;

    /// <summary>Fact: the watch on the ticket before ours has begun; what happened before is still to be read.</summary>
    public sealed record AheadWatched(Bytes Key) : LockMessage;

    /// <summary>Fact: the ticket before ours is not there any more.</summary>
    public sealed record AheadGone(Bytes Key) : LockMessage;

    /// <summary>Fact: our ticket is taken out of the line, and this is the key after that.</summary>
    public sealed record LineLeft(AttemptId Ticket, KeyValue? Current, Revision Revision, TimeSpan ValidFor) : Judged(ValidFor);

    /// <summary>Fact: it is not known whether our ticket is taken out of the line.</summary>
    public sealed record LeaveFailed(AttemptId Ticket, EtcdException Error) : LockMessage;

    /// <summary>
    /// Fact: the releasing transaction was answered; it gave the lock to the next in line, or that one is gone and nothing was done. And who is last in
    /// line now. <paramref name="SentAt"/>: when it was sent.
    /// </summary>
    public sealed record HandedOver(Revision Token, bool WasGiven, Revision Revision, LineTicket? Last = null, Instant SentAt = default) : LockMessage;

    /// <summary>
    /// Fact: the key was not released, because somebody stands in line: <paramref name="First"/> is the first after our place; or because it is not ours any
    /// more. <paramref name="Now"/>: when the answer came.
    /// </summary>
    public sealed record NextShown(Revision Token, bool IsOurs, LineTicket? First, Instant Now = default) : LockMessage;

    /// <summary>
    /// Fact: the releasing transaction put the key again, for the next request of this process, at this revision. <paramref name="SentAt"/>: when it was sent.
    /// </summary>
    public sealed record PassedOn(AttemptId Attempt, Revision Revision, TimeSpan ValidFor, Instant? SentAt = null) : Judged(ValidFor);

    /// <summary>Fact: the passing on failed, or its outcome is unknown.</summary>
    public sealed record PassFailed(AttemptId Attempt, EtcdException Error) : LockMessage;

    /// <summary>Fact: the watch on the key has begun; what is read from now on has no gap to what it will tell.</summary>
    public sealed record WatchStarted : LockMessage;

    /// <summary>Fact: the key is (or is not) there at this revision, as a read or a re-synchronised watch shows.</summary>
    public sealed record KeyRead(KeyValue? Current, Revision Revision, TimeSpan ValidFor) : Judged(ValidFor);

    /// <summary>Fact: etcd's history is not the one we know: a backup was restored, or it is another cluster. What we hold is worth nothing there.</summary>
    public sealed record HistoryReplaced : LockMessage;

    /// <summary>Fact: the read failed.</summary>
    public sealed record ReadFailed(EtcdException Error) : LockMessage;

    /// <summary>Fact, from the inbox: a ticket was placed behind ours, or for the lock that we hold.</summary>
    public sealed record Followed(AttemptId By, LineTicket Next) : LockMessage;

    /// <summary>Fact, from the inbox: the key was deleted at this revision, and our ticket was the next in line.</summary>
    public sealed record Called(AttemptId Ticket, Revision Revision) : LockMessage;

    /// <summary>Fact: the key was put; the watch saw it, or the inbox tells it because it was put for us.</summary>
    public sealed record KeyPut(KeyValue Current, TimeSpan ValidFor) : Judged(ValidFor);

    /// <summary>Fact: the watch saw the key deleted.</summary>
    public sealed record KeyDeleted(Revision Revision) : LockMessage;

    /// <summary>Fact: a timer fired. <paramref name="ValidFor"/>: how long our claim on the lease is good.</summary>
    public sealed record TimerFired(LockTimer Timer, TimeSpan ValidFor) : Judged(ValidFor);
}

/// <summary>The timers of a lock.</summary>
internal enum LockTimer
{
    /// <summary>Try again what failed.</summary>
    Retry,

    /// <summary>Try again to read the key.</summary>
    Look,

    /// <summary>Look at the key although no event came.</summary>
    Fallback,

    /// <summary>The key is free, it is somebody else's turn, and nothing happened: who is first in line may be dead.</summary>
    DeadHead,

    /// <summary>Try again to place the ticket or to read the line.</summary>
    Line,

    /// <summary>Take out what a ticket of unknown outcome may have left in the line.</summary>
    Sweep,

    /// <summary>Waited in line long enough for a watch on the key to be worth its cost.</summary>
    KeyWatch,

    /// <summary>Waited long enough for a watch on the ticket ahead to be worth its cost.</summary>
    WatchAhead,

    /// <summary>Held long enough for a watch on the own key to be worth its cost.</summary>
    OwnKeyWatch,

    /// <summary>See whether the lease has enough time left to grant the lock.</summary>
    Confirm,
}

/// <summary>The one answer to a request.</summary>
internal abstract record LockReply
{
    private LockReply()
    {
    }

    /// <summary>The lock is held: until it is released or lost.</summary>
    public sealed record Acquired(LockClaim Claim) : LockReply;

    /// <summary>Somebody else holds it, and the request did not want to wait (longer).</summary>
    public sealed record NotAcquired(LockHolder? Holder) : LockReply;

    /// <summary>The caller cancelled.</summary>
    public sealed record Withdrawn : LockReply;

    /// <summary>It is released, or was not held any more.</summary>
    public sealed record Released : LockReply;

    /// <summary>It failed.</summary>
    public sealed record Failed(CoordinationException Error) : LockReply;
}
