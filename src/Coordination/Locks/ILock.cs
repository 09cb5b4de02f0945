namespace Coordination;

/// <summary>
/// A mutual exclusion between all programs that use the same key in the same etcd. Thread-safe; several requests of one process wait in line. Not reentrant: a holder that
/// asks again waits for itself. First come, first served, also between processes.
/// </summary>
public interface ILock
{
    /// <summary>The name, which is the key in etcd.</summary>
    string Name { get; }

    /// <summary>Waits until the lock is acquired.</summary>
    /// <param name="timeout">How long to wait for a holder, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end, also while etcd is away.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle; dispose it to release. Holding it is no proof of ownership: see <see cref="ILockHandle"/>.</returns>
    /// <exception cref="LockTimeoutException">Somebody else held it for the whole time.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Acquires the lock if nobody holds it now.</summary>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody else holds it (see <see cref="GetHolderAsync"/>).</returns>
    /// <exception cref="CoordinationException">It is not known whether it is held: etcd did not answer within its request timeout, or refused; or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits for a while to acquire the lock.</summary>
    /// <param name="timeout">How long to wait, from 0 to 24 days.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no key behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody else held it for the whole time.</returns>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILockHandle?> TryAcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks whoever holds the lock now to give it back: <see cref="ILockHandle.YieldRequested"/> of its handle is cancelled. Nothing else happens, and who asks waits for the lock as
    /// always. The next holder is not asked. A holder of another program does not hear it.
    /// </summary>
    /// <param name="cancellationToken">Gives up. Nobody was asked when this throws.</param>
    /// <returns>Whether somebody holds the lock, and was asked.</returns>
    /// <exception cref="CoordinationException">As in <see cref="CoordinationSystem.CommitAsync"/>.</exception>
    Task<bool> RequestYieldAsync(CancellationToken cancellationToken = default);

    /// <summary>Who holds the lock now, or null. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    Task<LockHolder?> GetHolderAsync(CancellationToken cancellationToken = default);
}
