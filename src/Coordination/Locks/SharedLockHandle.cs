using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>
/// A place in a reader-writer lock or semaphore. Thread-safe. Disposing it gives the place back. It rests on one key in etcd, the entry, and is lost
/// with its lease, or when somebody deletes or changes the entry.
/// <para>
/// Holding it is no proof of ownership: what it protects should check the <see cref="Token"/> and <see cref="Floor"/> (<see cref="FencingGate"/>), or,
/// in etcd, use the <see cref="Guard"/>.
/// </para>
/// </summary>
public abstract class SharedLockHandle : ILockHandle
{
    private readonly LockRequests _requests;
    private readonly HeldLock _held;
    private readonly Revision _floor;

    private protected SharedLockHandle(LockRequests requests, LockReply.Acquired acquired)
    {
        _requests = requests;
        _held = new HeldLock(requests, acquired, "Place");
        _floor = acquired.Floor;
    }

    /// <summary>The name of the lock.</summary>
    public string Name => _requests.Lock.Name;

    /// <summary>The entry: the key in etcd.</summary>
    public Bytes Key => _held.Claim.Key;

    /// <summary>
    /// The fencing token: the revision that created the entry. Strictly increasing in the order of the line, over all readers, writers and permits of
    /// this name; those who are in together have different ones, and may have been let in in another order.
    /// </summary>
    public long Token => _held.Claim.Token.Value;

    /// <summary>
    /// What is smaller than this is out for good: no token below it was in any more when this place was given. A writer's is its own token. A
    /// reader's is 0: it shuts nobody out. That of permits is the oldest token still in line, so a lost holder that is not the oldest is not
    /// shut out by it; the <see cref="Guard"/> is exact.
    /// </summary>
    public long Floor => _floor.Value;

    /// <summary>The lease that the entry lives on.</summary>
    public LeaseId Lease => _held.Claim.Lease;

    /// <inheritdoc/>
    public bool IsHeld => _held.Claim.IsHeld;

    /// <inheritdoc/>
    public TimeSpan ValidFor => _held.Claim.ValidFor;

    /// <summary>
    /// Cancelled when the place is lost; not when it was released. When the lease ran out this is before anybody else can take the place, unless this
    /// process is paused: then it is as soon as it runs again, and <see cref="IsHeld"/> and the token tell at once. When somebody interfered with
    /// the entry it is within half a second after that. Callbacks run on a thread of their own.
    /// </summary>
    public CancellationToken Lost => _held.Claim.Lost;

    /// <inheritdoc/>
    public LossReason? LossReason => _held.Claim.Reason;

    /// <summary>The condition for a transaction of the user's: it holds exactly as long as the entry is there as it was put. Exact fencing for data in etcd.</summary>
    public EtcdCompare Guard => EtcdCompare.Unchanged(Key, _held.Claim.Token);

    /// <summary>
    /// Gives the place back. Idempotent: again, or after a loss, does nothing. <see cref="IsHeld"/> is false from the call on. Only this entry is
    /// deleted; while etcd is away it is tried again until the lease has run out.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting, not the release.</param>
    /// <exception cref="CoordinationException">etcd refused the release; the entry goes with its lease.</exception>
    public Task ReleaseAsync(CancellationToken cancellationToken = default) => _held.ReleaseAsync(cancellationToken);

    /// <summary>Gives the place back. Waits at most <see cref="CoordinationOptions.StopTimeout"/>, while the release goes on; does not throw.</summary>
    public async ValueTask DisposeAsync()
    {
        await _held.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
