using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>The limits of one shared lock, from <see cref="LockOptions"/>.</summary>
/// <param name="MaxWaiters">Requests that may wait in this process, in line or before it.</param>
/// <param name="MaxInLine">Requests of this process that may wait in line at a time.</param>
/// <param name="MaxUnresolved">Entries with an unknown outcome that are tracked; beyond that the lease is given up.</param>
internal sealed record SharedLockSettings(int MaxWaiters, int MaxInLine, int MaxUnresolved);

/// <summary>How far one of our entries is.</summary>
internal abstract record EntryPhase
{
    private EntryPhase()
    {
    }

    /// <summary>Its put was sent. <paramref name="Interference"/>: a watch showed it deleted or changed before the reply came.</summary>
    public sealed record Entering(LossReason? Interference) : EntryPhase;

    /// <summary>It is not known whether the put was or will be applied. It can turn up as long as its lease lives.</summary>
    public sealed record Unknown : EntryPhase;

    /// <summary>In line. <paramref name="Target"/> shows when enough of the blockers may be gone; none: it is in, but the lease needs a renewal first.</summary>
    public sealed record Waiting(ImmutableDictionary<Bytes, long> Blockers, KeyRange? Target) : EntryPhase;

    /// <summary>In, and its caller was told so.</summary>
    public sealed record Held : EntryPhase;

    /// <summary>It is being removed, guarded by its revision. <paramref name="Release"/>: who waits for that.</summary>
    public sealed record Leaving(LockRequestId? Release, bool IsSent, int Failures) : EntryPhase;
}

/// <summary>One key of ours in the line.</summary>
/// <param name="Attempt">The attempt that puts it.</param>
/// <param name="Key">The key.</param>
/// <param name="Lease">The lease it is on.</param>
/// <param name="Ask">What it asks for.</param>
/// <param name="Request">Who wants it; null when nobody does any more.</param>
/// <param name="Phase">How far it is.</param>
/// <param name="Created">The revision that put it; none while that is not known.</param>
/// <param name="SeenAt">The newest revision at which etcd showed what is known of it.</param>
internal sealed record SharedEntry(
    AttemptId Attempt, Bytes Key, LeaseId Lease, SharedAsk Ask, SharedRequest? Request, EntryPhase Phase, Revision Created, Revision SeenAt);

/// <summary>The state of a shared lock in one system.</summary>
/// <param name="Lease">The session lease, when there is one.</param>
/// <param name="Queue">The requests that are not in line yet, first come first served.</param>
/// <param name="Entries">Our entries, in the order in which they were sent.</param>
/// <param name="Watches">The ranges that are watched, with the revision after which the watch shows what happens; none while it has not begun.</param>
/// <param name="Gone">What watches showed deleted while a reply was on its way that may be older.</param>
/// <param name="IsReading">Whether a read of the line is on its way.</param>
/// <param name="WantsRead">Whether the line must be read (again).</param>
/// <param name="IsBackingOff">Whether something failed and the pause after it is not over.</param>
/// <param name="IsGivingUp">Whether the lease is being given up.</param>
/// <param name="WatchesOwn">Whether holders have been in for long enough to watch their entries.</param>
/// <param name="Timers">The timers that run.</param>
/// <param name="Arrivals">Counts the requests.</param>
/// <param name="Failures">Failures in a row.</param>
/// <param name="LastError">The last failure, for those who run out of time.</param>
/// <param name="Holder">The oldest in line when somebody was last seen in the way.</param>
internal sealed record SharedLockState(
    LockLease? Lease,
    ImmutableList<SharedRequest> Queue,
    ImmutableList<SharedEntry> Entries,
    ImmutableDictionary<KeyRange, Revision> Watches,
    ImmutableDictionary<Bytes, Revision> Gone,
    bool IsReading,
    bool WantsRead,
    bool IsBackingOff,
    bool IsGivingUp,
    bool WatchesOwn,
    ImmutableHashSet<SharedLockTimer> Timers,
    long Arrivals,
    int Failures,
    EtcdException? LastError,
    LockHolder? Holder)
{
    public static SharedLockState Initial { get; } = new(
        null, [], [], ImmutableDictionary<KeyRange, Revision>.Empty, ImmutableDictionary<Bytes, Revision>.Empty, false, false, false, false, false, [], 0, 0, null, null);

    /// <summary>Whether nothing would be lost if this were forgotten.</summary>
    public bool IsIdle => Queue.IsEmpty && Entries.IsEmpty && !WantsRead && !IsReading;
}

/// <summary>What the actor shall do.</summary>
internal abstract record SharedLockEffect
{
    private SharedLockEffect()
    {
    }

    /// <summary>Put the entry and read the line in one transaction; a try of a reader-writer lock only if nobody is in its way.</summary>
    public sealed record SendEnter(AttemptId Attempt, Bytes Key, LeaseId Lease, SharedAsk Ask, bool IsTry) : SharedLockEffect;

    /// <summary>Send <c>if ModRevision(entry)==created then delete it</c>.</summary>
    public sealed record SendLeave(AttemptId Attempt, Bytes Key, Revision Created) : SharedLockEffect;

    /// <summary>Read the line, at one revision.</summary>
    public sealed record SendRead(LeaseId Lease, bool IsFull) : SharedLockEffect;

    /// <summary>Watch from now on: etcd serves a watch that starts in the past late.</summary>
    public sealed record StartWatch(KeyRange Keys) : SharedLockEffect;

    public sealed record StopWatch(KeyRange Keys) : SharedLockEffect;

    public sealed record SetTimer(SharedLockTimer Timer, int Failures) : SharedLockEffect;

    public sealed record CancelTimer(SharedLockTimer Timer) : SharedLockEffect;

    public sealed record Grant(LockRequestId Request, Bytes Key, Revision Token, Revision Floor, LeaseId Lease, SharedAsk Ask) : SharedLockEffect;

    public sealed record Reply(LockRequestId Request, SharedLockReply Answer) : SharedLockEffect;

    public sealed record Lose(LockRequestId Request, LossReason Reason) : SharedLockEffect;

    /// <summary>The lease is unknown to etcd, or must be renewed before somebody is let in.</summary>
    public sealed record VerifyLease(LeaseId Lease) : SharedLockEffect;

    /// <summary>The last resort: so many outcomes are unknown that the lease is to be given up. With it goes everything that may still commit on it.</summary>
    public sealed record GiveUpLease(LeaseId Lease) : SharedLockEffect;

    public sealed record NoteUnknown(AttemptId Attempt, EtcdException Error) : SharedLockEffect;

    public sealed record NoteAbandonedFound(AttemptId Attempt) : SharedLockEffect;
}
