using System.Diagnostics;

namespace Coordination.Locks.Shared;

/// <summary>What the SharedLocksActor is told from outside. The answer to a request is a <see cref="SharedLockReply"/> to the sender.</summary>
internal abstract record SharedLocksCommand
{
    private SharedLocksCommand()
    {
    }

    /// <summary>About one name: passed on to its SharedLockActor.</summary>
    public abstract record ForName(SharedLockName Name) : SharedLocksCommand, IAnsweredRequest
    {
        public object Refusal(CoordinationException error) => new SharedLockReply.Failed(error);
    }

    /// <summary>Get in. A null timeout means without end; a try does not wait in line, but for etcd up to the timeout.</summary>
    public sealed record Acquire(SharedLockName Name, LockRequestId Request, SharedAsk Ask, bool IsTry, TimeSpan? Timeout) : ForName(Name)
    {
        /// <summary>The caller's span.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>The caller of a request gave up.</summary>
    public sealed record Cancel(SharedLockName Name, LockRequestId Request) : ForName(Name);

    /// <summary>Get out.</summary>
    public sealed record Release(SharedLockName Name, LockRequestId Request) : ForName(Name)
    {
        /// <summary>The caller's span.</summary>
        public Activity? Trace { get; init; }
    }

    /// <summary>From a SharedLockActor: it has nothing to do and could be forgotten.</summary>
    public sealed record Passivate(SharedLockName Name) : SharedLocksCommand;

    /// <summary>From a SharedLockActor that was asked to end: it has work again.</summary>
    public sealed record StillBusy(SharedLockName Name) : SharedLocksCommand;

    /// <summary>To a SharedLockActor: end, if there is nothing to do.</summary>
    public sealed record EndIfIdle : SharedLocksCommand;
}
