using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>What the actor shall do.</summary>
internal abstract record LockEffect
{
    private LockEffect()
    {
    }

    /// <summary>
    /// Send <c>if CreateRevision(K)==0 then put K with the lease else get K</c>. In turn: also only if nobody is in line before
    /// <paramref name="Place"/> (or at all, without a place), else show also who is last in line. A ticket of ours goes when K is put.
    /// </summary>
    public sealed record SendAttempt(AttemptId Attempt, LeaseId Lease, bool InTurn, Revision? Place, LockTicket? Ticket) : LockEffect;

    /// <summary>Send <c>if ModRevision(K)==token then delete K</c>, and tell the next in line, if one is known.</summary>
    public sealed record SendRelease(Revision Token, LineTicket? Next = null) : LockEffect;

    /// <summary>
    /// Send <c>if ModRevision(K)==token and nobody is in line after our place then delete K, else show K and the first of them</c>. Without a
    /// place: nobody at all.
    /// </summary>
    public sealed record SendReleaseIfAlone(Revision Token, Revision? Place, LeaseId Lease) : LockEffect;

    /// <summary>
    /// Send <c>if ModRevision(K)==token and the next one's ticket is still there then put K for it, delete its ticket and tell it, and show who is last in
    /// line</c>. <paramref name="Version"/>: how often K was put before.
    /// </summary>
    public sealed record SendHandOver(Revision Token, LineTicket Next, long Version) : LockEffect;

    /// <summary>
    /// Send <c>if ModRevision(K)==token and nobody is in line then put K with the lease, else show K and the first in line after our place</c>.
    /// </summary>
    public sealed record SendPass(Revision Token, AttemptId Attempt, LeaseId Lease, Revision? Place = null) : LockEffect;

    /// <summary>
    /// Put the ticket if it is not there, telling the one that it stands behind, and show K and the tickets beside ours.
    /// </summary>
    public sealed record SendTicket(LockTicket Ticket, LockNeighbour? Behind = null) : LockEffect;

    /// <summary>Show K and the tickets beside ours.</summary>
    public sealed record SendLineRead(LockTicket Ticket) : LockEffect;

    /// <summary>Delete the ticket and show K.</summary>
    public sealed record SendLeave(LockTicket Ticket) : LockEffect;

    public sealed record SendRead : LockEffect;

    /// <summary>Delete every ticket on the lease but the one that is still wanted; without an answer.</summary>
    public sealed record SweepLine(LeaseId Lease, LockTicket? Keep) : LockEffect;

    /// <summary>Delete every ticket on the lease, then read K.</summary>
    public sealed record SendRecovery(LeaseId Lease) : LockEffect;

    /// <summary>Watch K from a revision, or (none) from now on.</summary>
    public sealed record StartWatch(Revision From) : LockEffect;

    public sealed record StopWatch : LockEffect;

    /// <summary>Watch this ticket from now on, and tell when it is gone.</summary>
    public sealed record WatchAhead(Bytes Key) : LockEffect;

    public sealed record StopWatchAhead : LockEffect;

    public sealed record SetTimer(LockTimer Timer, int Failures) : LockEffect;

    public sealed record CancelTimer(LockTimer Timer) : LockEffect;

    public sealed record Grant(LockRequestId Request, Revision Token, LeaseId Lease) : LockEffect;

    public sealed record Reply(LockRequestId Request, LockReply Answer) : LockEffect;

    public sealed record Lose(LockRequestId Request, LossReason Reason) : LockEffect;

    /// <summary>etcd says that the lease is unknown.</summary>
    public sealed record VerifyLease(LeaseId Lease) : LockEffect;

    /// <summary>
    /// The last resort: so many outcomes are unknown that the lease is to be given up. With it goes everything that may still commit on it.
    /// </summary>
    public sealed record GiveUpLease(LeaseId Lease, LossReason Reason = LossReason.GivenUp) : LockEffect;

    public sealed record NoteUnknown(AttemptId Attempt, EtcdException Error) : LockEffect;

    public sealed record NoteAbandonedFound(AttemptId Attempt) : LockEffect;

    /// <summary>etcd refuses us the line: waiting is by chance from now on.</summary>
    public sealed record NoteLineClosed(EtcdException Error) : LockEffect;
}
