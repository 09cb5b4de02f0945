using Coordination.Locks.Shared;

namespace Coordination;

/// <summary>A reader's or the writer's place in a <see cref="DistributedReaderWriterLock"/>. Thread-safe. Disposing it gives the place back.</summary>
public sealed class ReaderWriterLockHandle : SharedLockHandle
{
    internal ReaderWriterLockHandle(CoordinationSystem system, SharedLockName name, SharedLockReply.Acquired acquired)
        : base(system, name, acquired) => IsWriter = acquired.Ask.Mode == SharedMode.Write;

    /// <summary>Whether it is the writer's; else a reader's.</summary>
    public bool IsWriter { get; }
}
