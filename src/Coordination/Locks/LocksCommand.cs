using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>What the LocksActor is told from outside. The answer to a request is a <see cref="LockReply"/> to the sender.</summary>
internal abstract record LocksCommand
{
    private LocksCommand()
    {
    }

    /// <summary>About one key: passed on to its LockActor.</summary>
    public abstract record ForKey(LockId Lock) : LocksCommand, IAnsweredRequest
    {
        public Bytes Key => Lock.Key;

        public object Refusal(CoordinationException error) => new LockReply.Failed(error);
    }

    /// <summary>Get the lock. A null timeout means without end; a try does not wait for a holder, but for etcd up to the timeout.</summary>
    public sealed record Acquire(LockId Lock, LockRequestId Request, bool IsTry, TimeSpan? Timeout) : ForKey(Lock)
    {
        public LockTerms Terms { get; init; } = LockTerms.Default;

        /// <summary>The caller's span.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>The caller of a request gave up.</summary>
    public sealed record Cancel(LockId Lock, LockRequestId Request) : ForKey(Lock);

    /// <summary>Give the lock back.</summary>
    public sealed record Release(LockId Lock, LockRequestId Request) : ForKey(Lock)
    {
        /// <summary>The caller's span.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>From a LockActor: it has nothing to do and could be forgotten.</summary>
    public sealed record Passivate(LockId Lock) : LocksCommand;

    /// <summary>From a LockActor that was asked to end: it has work again.</summary>
    public sealed record StillBusy(LockId Lock) : LocksCommand;

    /// <summary>From a LockActor: it waits, and would like to be told when its turn comes.</summary>
    public sealed record WantInbox : LocksCommand;

    /// <summary>From the inbox: it is watched from now on.</summary>
    public sealed record InboxOpened(LeaseId Lease) : LocksCommand;

    /// <summary>From the inbox: what another system tells about a lock.</summary>
    public sealed record Noted(LockId Lock, LockMessage Message) : LocksCommand;

    /// <summary>To a LockActor: end, if there is nothing to do.</summary>
    public sealed record EndIfIdle : LocksCommand;

    /// <summary>Refuse what is new, give back what has a lease of its own, and end.</summary>
    public sealed record Close : LocksCommand;
}
