using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>A reader's or the writer's place in a <see cref="DistributedReaderWriterLock"/>. Thread-safe. Disposing it gives the place back.</summary>
public sealed class ReaderWriterLockHandle : SharedLockHandle
{
    internal ReaderWriterLockHandle(LockRequests requests, LockReply.Acquired acquired)
        : base(requests, acquired) => IsWriter = acquired.Terms.Mode == LockMode.Write;

    /// <summary>Whether it is the writer's; else a reader's.</summary>
    public bool IsWriter { get; }
}
