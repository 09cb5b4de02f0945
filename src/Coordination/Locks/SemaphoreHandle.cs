using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>Permits of a <see cref="DistributedSemaphore"/>. Thread-safe. Disposing it gives them back.</summary>
public sealed class SemaphoreHandle : SharedLockHandle
{
    internal SemaphoreHandle(LockRequests requests, LockReply.Acquired acquired)
        : base(requests, acquired) => Permits = acquired.Terms.Permits;

    /// <summary>How many permits it has.</summary>
    public int Permits { get; }
}
