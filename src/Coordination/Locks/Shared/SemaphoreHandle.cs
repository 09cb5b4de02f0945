using Coordination.Locks.Shared;

namespace Coordination;

/// <summary>Permits of a <see cref="DistributedSemaphore"/>. Thread-safe. Disposing it gives them back.</summary>
public sealed class SemaphoreHandle : SharedLockHandle
{
    internal SemaphoreHandle(CoordinationSystem system, SharedLockName name, SharedLockReply.Acquired acquired)
        : base(system, name, acquired) => Permits = acquired.Ask.Permits;

    /// <summary>How many permits it has.</summary>
    public int Permits { get; }
}
