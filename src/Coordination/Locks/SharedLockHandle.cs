using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>What is held of a reader-writer lock or semaphore: an entry in its line.</summary>
internal sealed class SharedLockHandle : ILockHandle
{
    private readonly LockRequests _requests;
    private readonly HeldLock _held;
    private readonly Revision _floor;

    public SharedLockHandle(LockRequests requests, LockReply.Acquired acquired)
    {
        _requests = requests;
        _held = new HeldLock(requests, acquired, "Place");
        _floor = acquired.Floor;
    }

    public string Name => _requests.Lock.Name;

    public Bytes Key => _held.Claim.Key;

    public long Token => _held.Claim.Token.Value;

    public long Floor => _floor.Value;

    public LeaseId Lease => _held.Claim.Lease;

    public bool IsHeld => _held.Claim.IsHeld;

    public TimeSpan ValidFor => _held.Claim.ValidFor;

    public CancellationToken Lost => _held.Claim.Lost;

    public LossReason? LossReason => _held.Claim.Reason;

    public CancellationToken YieldRequested => CancellationToken.None;

    public EtcdCompare Guard => EtcdCompare.Unchanged(Key, _held.Claim.Token);

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => _held.ReleaseAsync(cancellationToken);

    public ValueTask DisposeAsync() => _held.DisposeAsync();
}
