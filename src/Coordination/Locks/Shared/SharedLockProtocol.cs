using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>What a SharedLockActor is told.</summary>
internal abstract record SharedLockMessage
{
    private SharedLockMessage()
    {
    }

    /// <summary>Command: get in, in turn; a try does not wait in line.</summary>
    public sealed record Acquire(LockRequestId Request, SharedAsk Ask, bool IsTry) : SharedLockMessage;

    /// <summary>Command: the caller gave up or its time is over. Without effect when the request was answered before.</summary>
    public sealed record Withdraw(LockRequestId Request, SharedLockReply Answer) : SharedLockMessage;

    /// <summary>Command: get out.</summary>
    public sealed record Release(LockRequestId Request) : SharedLockMessage;

    /// <summary>Command: an earlier actor of this name failed; find and remove what it left behind.</summary>
    public sealed record Recover : SharedLockMessage;

    /// <summary>Fact: a session lease is held.</summary>
    public sealed record SessionOpened(LockLease Lease) : SharedLockMessage;

    /// <summary>Fact: the session lease is lost.</summary>
    public sealed record SessionLost(LeaseId Lease, LossReason Reason) : SharedLockMessage;

    /// <summary>Fact: the entry was put, at the line's revision. <paramref name="ValidFor"/>: how long our claim on the lease is good.</summary>
    public sealed record Entered(AttemptId Attempt, SharedLine Line, TimeSpan ValidFor) : SharedLockMessage;

    /// <summary>Fact: the entry of a try was not put, because somebody is in the way.</summary>
    public sealed record NotEntered(AttemptId Attempt, SharedLine Line) : SharedLockMessage;

    /// <summary>Fact: the put failed; the error says whether it was not applied or is unknown.</summary>
    public sealed record EnterFailed(AttemptId Attempt, EtcdException Error) : SharedLockMessage;

    /// <summary>Fact: the entry is not there any more, at least not as it was put.</summary>
    public sealed record Left(AttemptId Attempt) : SharedLockMessage;

    /// <summary>Fact: the removal failed, or its outcome is unknown.</summary>
    public sealed record LeaveFailed(AttemptId Attempt, EtcdException Error) : SharedLockMessage;

    /// <summary>Fact: the line as it was at one revision.</summary>
    public sealed record LineRead(SharedLine Line, TimeSpan ValidFor) : SharedLockMessage;

    /// <summary>Fact: the read failed.</summary>
    public sealed record ReadFailed(EtcdException Error) : SharedLockMessage;

    /// <summary>Fact: a watch saw an entry put.</summary>
    public sealed record EntryPut(KeyValue Current) : SharedLockMessage;

    /// <summary>Fact: a watch saw an entry deleted.</summary>
    public sealed record EntryDeleted(Bytes Key, Revision Revision) : SharedLockMessage;

    /// <summary>Fact: a watch has begun: it shows what happens after this revision.</summary>
    public sealed record WatchBegan(KeyRange Keys, Revision Revision) : SharedLockMessage;

    /// <summary>Fact: a watch missed something.</summary>
    public sealed record HistoryCut : SharedLockMessage;

    /// <summary>Fact: a timer fired.</summary>
    public sealed record TimerFired(SharedLockTimer Timer) : SharedLockMessage;
}

/// <summary>The timers of a shared lock.</summary>
internal enum SharedLockTimer
{
    /// <summary>Try again what failed.</summary>
    Retry,

    /// <summary>Send again the removals that failed.</summary>
    RetryLeave,

    /// <summary>Look at the line although no event came.</summary>
    Fallback,

    /// <summary>Held long enough for a watch on the own entries to be worth its cost.</summary>
    OwnWatch,

    /// <summary>See whether the lease has enough time left to let somebody in.</summary>
    Confirm,
}

/// <summary>The one answer to a request.</summary>
internal abstract record SharedLockReply
{
    private SharedLockReply()
    {
    }

    /// <summary>It is in: until it is released or lost.</summary>
    public sealed record Acquired(LockClaim Claim, SharedAsk Ask, Revision Floor) : SharedLockReply;

    /// <summary>Others are in, and the request did not want to wait (longer). <paramref name="Holder"/>: the oldest of them.</summary>
    public sealed record NotAcquired(LockHolder? Holder) : SharedLockReply;

    /// <summary>The semaphore is in use with another number of permits.</summary>
    public sealed record OtherLimit(int Asked, int Stored, LockHolder Holder) : SharedLockReply;

    /// <summary>The caller cancelled.</summary>
    public sealed record Withdrawn : SharedLockReply;

    /// <summary>It is released, or was not held any more.</summary>
    public sealed record Released : SharedLockReply;

    /// <summary>It failed.</summary>
    public sealed record Failed(CoordinationException Error) : SharedLockReply;
}
