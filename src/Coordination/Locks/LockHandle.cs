using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>What is held of a lock.</summary>
internal sealed class LockHandle : ILockHandle
{
    private readonly LockRequests _requests;
    private readonly HeldLock _held;
    private YieldWatch? _yield;

    public LockHandle(LockRequests requests, LockReply.Acquired acquired) =>
        (_requests, _held) = (requests, new HeldLock(requests, acquired, "Lock"));

    public string Name => _requests.Lock.Name;

    public Bytes Key => _held.Claim.Key;

    public long Token => _held.Claim.Token.Value;

    public long Floor => Token;

    public LeaseId Lease => _held.Claim.Lease;

    public bool IsHeld => _held.Claim.IsHeld;

    public TimeSpan ValidFor => _held.Claim.ValidFor;

    public CancellationToken Lost => _held.Claim.Lost;

    public LossReason? LossReason => _held.Claim.Reason;

    public CancellationToken YieldRequested => LazyInitializer.EnsureInitialized(ref _yield, () => new YieldWatch(_requests.System, _held.Claim)).Requested;

    public EtcdCompare Guard => EtcdCompare.Unchanged(Key, _held.Claim.Token);

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => _held.ReleaseAsync(cancellationToken);

    public ValueTask DisposeAsync() => _held.DisposeAsync();
}
