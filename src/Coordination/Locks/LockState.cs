using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>What a lock is doing about its key.</summary>
internal abstract record LockPhase
{
    private LockPhase()
    {
    }

    /// <summary>Nothing is under way.</summary>
    public sealed record Idle : LockPhase;

    /// <summary>An attempt is under way.</summary>
    public sealed record Attempting(AttemptId Attempt, LeaseId Lease) : LockPhase;

    /// <summary>Somebody else holds the key; its change is awaited.</summary>
    public sealed record Blocked : LockPhase;

    /// <summary>The key is ours, but the lease has too little time left to hand the lock out; its renewal is awaited.</summary>
    public sealed record Confirming(Revision Token, LeaseId Lease) : LockPhase;

    /// <summary>A request of ours holds the lock.</summary>
    public sealed record Holding(LockRequestId Request, Revision Token, LeaseId Lease) : LockPhase;

    /// <summary>Our key is being deleted: for a request that released it, or because nobody wants it.</summary>
    public sealed record Releasing(LockRequestId? Request, Revision Token, LeaseId Lease) : LockPhase;

    /// <summary>The key is being read, to find an attempt whose outcome is unknown.</summary>
    public sealed record Looking : LockPhase;

    /// <summary>Something failed; waiting before trying again.</summary>
    public sealed record BackingOff : LockPhase;
}

/// <summary>The state of a lock.</summary>
/// <param name="Phase">What it is doing about its key.</param>
/// <param name="Lease">The session lease, when there is one.</param>
/// <param name="Waiters">The requests of this process, first come first served.</param>
/// <param name="Unresolved">Attempts whose outcome is unknown, with their lease: each may still commit, as long as its lease lives.</param>
/// <param name="Seen">The newest revision at which the key's state is known.</param>
/// <param name="ChangedAt">The newest revision at which the key was shown changed since the attempt under way was sent.</param>
/// <param name="Holder">Who held the key when it was last seen held by others.</param>
/// <param name="IsWatching">Whether a watch on the key runs.</param>
/// <param name="Failures">Failures in a row.</param>
/// <param name="LastError">The last failure, for those who run out of time.</param>
internal sealed record LockState(
    LockPhase Phase,
    LockLease? Lease,
    ImmutableList<LockWaiter> Waiters,
    ImmutableDictionary<AttemptId, LeaseId> Unresolved,
    Revision Seen,
    Revision ChangedAt,
    LockHolder? Holder,
    bool IsWatching,
    int Failures,
    EtcdException? LastError)
{
    public static LockState Initial { get; } = new(
        new LockPhase.Idle(), null, [], ImmutableDictionary<AttemptId, LeaseId>.Empty, Revision.None, Revision.None, null, false, 0, null);

    /// <summary>Whether nothing would be lost if this lock were forgotten.</summary>
    public bool IsIdle => Phase is LockPhase.Idle && Waiters.IsEmpty && Unresolved.IsEmpty;
}

/// <summary>What the actor shall do.</summary>
internal abstract record LockEffect
{
    private LockEffect()
    {
    }

    /// <summary>Send <c>if CreateRevision(K)==0 then put K with the lease else get K</c>.</summary>
    public sealed record SendAttempt(AttemptId Attempt, LeaseId Lease) : LockEffect;

    /// <summary>Send <c>if ModRevision(K)==token then delete K</c>.</summary>
    public sealed record SendRelease(Revision Token) : LockEffect;

    public sealed record SendRead : LockEffect;

    public sealed record StartWatch(Revision From) : LockEffect;

    public sealed record StopWatch : LockEffect;

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
    public sealed record GiveUpLease(LeaseId Lease) : LockEffect;

    public sealed record NoteUnknown(AttemptId Attempt, EtcdException Error) : LockEffect;

    public sealed record NoteAbandonedFound(AttemptId Attempt) : LockEffect;
}
