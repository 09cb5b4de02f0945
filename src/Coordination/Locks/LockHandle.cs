using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>
/// A lock that was acquired. Thread-safe. Disposing it releases the lock.
/// <para>
/// Holding a handle is no proof of ownership: a process can be paused for longer than its lease lives, at any point, also between a check and
/// what follows it. So what the lock protects should check the <see cref="Token"/>, which only grows: data in etcd by the <see cref="Guard"/>
/// in the same transaction, other resources by refusing a token smaller than the largest they have seen.
/// </para>
/// </summary>
public sealed class LockHandle : ILockHandle
{
    private readonly HeldLock _held;

    internal LockHandle(LockRequests requests, LockReply.Acquired acquired) => _held = new HeldLock(requests, acquired, "Lock");

    /// <summary>The key in etcd.</summary>
    public Bytes Key => _held.Claim.Key;

    /// <summary>The fencing token: the mod revision of the key. Strictly larger than the token of every earlier holder of this key.</summary>
    public long Token => _held.Claim.Token.Value;

    /// <summary>The lease that the key lives on.</summary>
    public LeaseId Lease => _held.Claim.Lease;

    /// <summary>
    /// Whether the lock may be claimed now. Answered by the clock, so it is right even when no timer could fire. Once false, always false.
    /// </summary>
    public bool IsHeld => _held.Claim.IsHeld;

    /// <summary>How long the claim is good without another renewal of the lease; zero when it is not held.</summary>
    public TimeSpan ValidFor => _held.Claim.ValidFor;

    /// <summary>
    /// Cancelled when the lock is lost, also because the system was stopped; not when it was released. When the lease ran out this is before anybody else can acquire it, unless this process
    /// is paused: then it is as soon as it runs again, and <see cref="IsHeld"/> and the token tell at once. When somebody interfered with the key
    /// it is within half a second after that. Callbacks run on a thread of their own.
    /// </summary>
    public CancellationToken Lost => _held.Claim.Lost;

    /// <summary>Why the lock is not held any more; null while it is.</summary>
    public LossReason? LossReason => _held.Claim.Reason;

    /// <summary>The condition for a transaction of the user's: it holds exactly as long as this acquisition does. Exact fencing for data in etcd.</summary>
    public EtcdCompare Guard => EtcdCompare.Unchanged(Key, _held.Claim.Token);

    /// <summary>
    /// Releases the lock. Idempotent: releasing again, or after a loss, does nothing. <see cref="IsHeld"/> is false from the call on. The release
    /// deletes only this acquisition's key; while etcd is away it is tried again until the lease has run out.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting, not the release.</param>
    /// <exception cref="CoordinationException">etcd refused the release; the key goes with its lease.</exception>
    public Task ReleaseAsync(CancellationToken cancellationToken = default) => _held.ReleaseAsync(cancellationToken);

    /// <summary>Releases the lock. Waits at most <see cref="CoordinationOptions.StopTimeout"/>, while the release goes on; does not throw.</summary>
    public ValueTask DisposeAsync() => _held.DisposeAsync();
}
