using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>What the LocksActor is told from outside. The answer to a request is a <see cref="LockReply"/> to the sender.</summary>
internal abstract record LocksCommand
{
    private LocksCommand()
    {
    }

    /// <summary>About one lock: passed on to its LockActor.</summary>
    public abstract record ForLock(LockName Lock, LockRequestId Request) : LocksCommand, IAnsweredRequest
    {
        /// <summary>The caller's span.</summary>
        public Activity? Trace { get; init; }

        public bool GivesBack => this is Release;

        public object Refusal(CoordinationException error) => new LockReply.Failed(error);
    }

    /// <summary>Get the lock. A null timeout means without end; a try does not wait for a holder, but for etcd up to the timeout.</summary>
    public sealed record Acquire(LockName Lock, LockRequestId Request, LockTerms Terms, bool IsTry, TimeSpan? Timeout) : ForLock(Lock, Request);

    /// <summary>The caller of a request gave up.</summary>
    public sealed record Cancel(LockName Lock, LockRequestId Request) : ForLock(Lock, Request);

    /// <summary>Give the lock back.</summary>
    public sealed record Release(LockName Lock, LockRequestId Request) : ForLock(Lock, Request);

    /// <summary>From a LockActor: it has nothing to do now, and can be forgotten if that stays so.</summary>
    public sealed record Idle(LockName Lock) : LocksCommand;

    /// <summary>From a LockActor: tell it when <see cref="LockOptions.OwnKeyWatchDelay"/> is over.</summary>
    public sealed record RemindHolder(LockName Lock) : LocksCommand;

    /// <summary>From a LockActor that was asked to end: it has work again.</summary>
    public sealed record StillBusy(LockName Lock) : LocksCommand;

    /// <summary>From a LockActor: it waits, and would like to be told when the lock is handed to it.</summary>
    public sealed record WantInbox : LocksCommand;

    /// <summary>From the inbox: it is watched from now on; what was told before is not known.</summary>
    public sealed record InboxOpened : LocksCommand;

    /// <summary>From the inbox: etcd's history is not the one that we know.</summary>
    public sealed record HistoryReplaced : LocksCommand;

    /// <summary>From the inbox: what another system tells about a lock.</summary>
    public sealed record Noted(Bytes Key, LineMessage Message) : LocksCommand;

    /// <summary>To a LockActor: end, if there is nothing to do.</summary>
    public sealed record EndIfIdle : LocksCommand;

    /// <summary>Refuse what is new, give back what has a lease of its own, and end.</summary>
    public sealed record Close : LocksCommand;
}

/// <summary>The one answer to a request.</summary>
internal abstract record LockReply
{
    private LockReply()
    {
    }

    /// <summary>It is held, until it is released or lost. <paramref name="Floor"/>: everybody with an older token is out for good; none for a reader.</summary>
    public sealed record Acquired(LockClaim Claim, LockTerms Terms, Revision Floor) : LockReply;

    /// <summary>Somebody else is in the way, and the request did not want to wait (longer).</summary>
    public sealed record NotAcquired(LockHolder? Holder) : LockReply;

    /// <summary>The semaphore is in use with another number of permits.</summary>
    public sealed record OtherLimit(int Asked, int Stored, LockHolder Holder) : LockReply;

    /// <summary>The caller cancelled.</summary>
    public sealed record Withdrawn : LockReply;

    /// <summary>It is released, or was not held any more.</summary>
    public sealed record Released : LockReply;

    /// <summary>It failed.</summary>
    public sealed record Failed(CoordinationException Error) : LockReply;
}
