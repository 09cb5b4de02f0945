using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>
/// A mutual exclusion between all programs that use the same key in the same etcd. Thread-safe; several requests of one process wait in line.
/// Not reentrant: a
/// holder that asks again waits for itself. First come, first served, also between systems.
/// </summary>
public sealed class DistributedLock
{
    private readonly LockRequests _requests;

    internal DistributedLock(CoordinationSystem system, string name, DistributedLockOptions? options = null)
    {
        Options = options ?? DistributedLockOptions.Default;
        OptionProblems.ThrowIfAny("The options of a lock", Options.Validate(), nameof(options));
        _requests = new LockRequests(system, LockForm.Mutex, name, Options.OwnLeaseTtl);
    }

    /// <summary>The name, which is the key in etcd.</summary>
    public string Name => _requests.Lock.Name;

    /// <summary>The key in etcd.</summary>
    public Bytes Key => _requests.Lock.Key;

    /// <summary>How it is used.</summary>
    public DistributedLockOptions Options { get; }

    /// <summary>Waits until the lock is acquired.</summary>
    /// <param name="timeout">How long to wait for a holder, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end, also while etcd is away.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle; dispose it to release. Holding it is no proof of ownership: see <see cref="LockHandle"/>.</returns>
    /// <exception cref="LockTimeoutException">Somebody else held it for the whole time.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<LockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        new(_requests, await _requests.AcquireAsync(Options.Terms, timeout, cancellationToken).ConfigureAwait(false));

    /// <summary>Acquires the lock if nobody holds it now.</summary>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody else holds it (<see cref="GetHolderAsync"/> tells who).</returns>
    /// <exception cref="CoordinationException">It is not known whether it is held: etcd did not answer within its request timeout, or refused; or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<LockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default) => TryAcquireAsync(TimeSpan.Zero, cancellationToken);

    /// <summary>Waits for a while to acquire the lock.</summary>
    /// <param name="timeout">How long to wait, from 0 to 24 days.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody else held it for the whole time.</returns>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<LockHandle?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await _requests.TryAsync(Options.Terms, timeout, cancellationToken).ConfigureAwait(false) is { } acquired ? new LockHandle(_requests, acquired) : null;

    /// <summary>
    /// Asks for the lock in the name of an actor of the host. It is told <see cref="LockAcquired"/>, <see cref="LockNotAcquired"/> or <see cref="LockFailed"/>,
    /// exactly one of them, and <see cref="LockLost"/> when a lock that it acquired is lost. When the actor ends, the request is withdrawn and the lock
    /// released. The handle in the message can be used by the actor: its release needs no awaiting.
    /// </summary>
    /// <param name="requester">The actor.</param>
    /// <param name="timeout">How long to wait for a holder, from 0 (a try) to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <returns>Dispose it to withdraw the request; without effect when it was answered.</returns>
    public IDisposable AcquireFor(IActorRef requester, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(requester);
        return new LockErrandHandle(_requests.System.StartErrand(LockErrand.PropsFor(_requests, _requests.Command(Options.Terms, timeout), requester)));
    }

    /// <summary>Who holds the lock now, or null. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    public async Task<LockHolder?> GetHolderAsync(CancellationToken cancellationToken = default)
    {
        var result = await _requests.System.AskEtcdAsync(etcd => etcd.GetAsync(new EtcdOp.Get(Key), cancellationToken)).ConfigureAwait(false);
        return result.First is { } current ? LockValue.HolderOf(current) : null;
    }

    private sealed class LockErrandHandle(IActorRef errand) : IDisposable
    {
        public void Dispose() => errand.Tell(new LockErrandCommand.Cancel(), ActorRefs.NoSender);
    }
}
