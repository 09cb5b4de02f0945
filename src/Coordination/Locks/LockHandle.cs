using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>What is held of a lock: a mutex, or an entry in the line of a reader-writer lock or semaphore.</summary>
internal sealed class LockHandle : ILockHandle
{
    private readonly LockRequests _requests;
    private readonly HeldLock _held;
    private readonly Revision _floor;
    private YieldWatch? _yield;

    public LockHandle(LockRequests requests, LockReply.Acquired acquired)
    {
        _requests = requests;
        _held = new HeldLock(requests, acquired, IsMutex ? "Lock" : "Place");
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

    public CancellationToken YieldRequested => IsMutex
        ? LazyInitializer.EnsureInitialized(ref _yield, () => new YieldWatch(_requests.System, _held.Claim)).Requested
        : CancellationToken.None;

    public EtcdCompare Guard => EtcdCompare.Unchanged(Key, _held.Claim.Token);

    private bool IsMutex => _requests.Lock.Form == LockForm.Mutex;

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => _held.ReleaseAsync(cancellationToken);

    public ValueTask DisposeAsync() => _held.DisposeAsync();
}
