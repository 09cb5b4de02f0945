using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>What the LocksActor is told from outside. The answer to a request is a <see cref="LockReply"/> to the sender.</summary>
internal abstract record LocksCommand
{
    private LocksCommand()
    {
    }

    /// <summary>About one key: passed on to its LockActor.</summary>
    public abstract record ForKey(Bytes Key) : LocksCommand, IAnsweredRequest
    {
        public object Refusal(CoordinationException error) => new LockReply.Failed(error);
    }

    /// <summary>Get the lock. A null timeout means without end; a try does not wait for a holder, but for etcd up to the timeout.</summary>
    public sealed record Acquire(Bytes Key, LockRequestId Request, bool IsTry, TimeSpan? Timeout) : ForKey(Key);

    /// <summary>The caller of a request gave up.</summary>
    public sealed record Cancel(Bytes Key, LockRequestId Request) : ForKey(Key);

    /// <summary>Give the lock back.</summary>
    public sealed record Release(Bytes Key, LockRequestId Request) : ForKey(Key);

    /// <summary>From a LockActor: it has nothing to do and could be forgotten.</summary>
    public sealed record Passivate(Bytes Key) : LocksCommand;

    /// <summary>From a LockActor that was asked to end: it has work again.</summary>
    public sealed record StillBusy(Bytes Key) : LocksCommand;

    /// <summary>To a LockActor: end, if there is nothing to do.</summary>
    public sealed record EndIfIdle : LocksCommand;
}
