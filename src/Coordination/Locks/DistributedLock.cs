using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Line;
using Coordination.Messages;

namespace Coordination;

/// <summary>A lock of a system. What it says is in <see cref="ILock"/>.</summary>
internal sealed class DistributedLock : ILock
{
    private readonly LockRequests _requests;

    public DistributedLock(CoordinationSystem system, string name, DistributedLockOptions? options = null)
    {
        Options = options ?? DistributedLockOptions.Default;
        OptionProblems.ThrowIfAny("The options of a lock", Options.Validate(), nameof(options));
        _requests = new LockRequests(system, LockForm.Mutex, name, Options.OwnLeaseTtl, Options.LockDelay);
    }

    public string Name => _requests.Lock.Name;

    public Bytes Key => _requests.Lock.Key;

    public DistributedLockOptions Options { get; }

    public async Task<ILockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        new LockHandle(_requests, await _requests.AcquireAsync(Options.Terms, timeout, cancellationToken).ConfigureAwait(false));

    public Task<ILockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default) => TryAcquireAsync(TimeSpan.Zero, cancellationToken);

    public async Task<ILockHandle?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await _requests.TryAsync(Options.Terms, timeout, cancellationToken).ConfigureAwait(false) is { } acquired ? new LockHandle(_requests, acquired) : null;

    /// <summary>
    /// Asks in the name of an actor of the host, which is told <see cref="LockNews"/>. When that actor ends, the request is withdrawn and the lock released.
    /// </summary>
    /// <returns>Who asks; told <see cref="LockErrandCommand.Cancel"/> it withdraws what was not answered. It ends by itself.</returns>
    public IActorRef AcquireFor(IActorRef requester, TimeSpan? timeout = null) =>
        _requests.System.StartErrand(LockErrand.PropsFor(_requests, _requests.Command(Options.Terms, timeout), requester));

    public Task<bool> RequestYieldAsync(CancellationToken cancellationToken = default) => YieldWatch.AskAsync(_requests.System, Key, cancellationToken);

    public async Task<LockHolder?> GetHolderAsync(CancellationToken cancellationToken = default)
    {
        var result = await _requests.System.AskEtcdAsync(etcd => etcd.GetAsync(new EtcdOp.Get(Key), cancellationToken)).ConfigureAwait(false);
        return result.First is { } current ? LockValue.HolderOf(current) : null;
    }
}
