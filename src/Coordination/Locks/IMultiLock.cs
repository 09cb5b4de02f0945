using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// Several locks that are acquired together or not at all. Thread-safe. They are acquired one after the other in the order of their names' bytes, so
/// two of these cannot wait for each other; a caller that also holds one of the locks by itself and then asks for this one can.
/// </summary>
public interface IMultiLock
{
    /// <summary>The names, in the order in which they are acquired.</summary>
    ImmutableArray<string> Names { get; }

    /// <summary>Waits until all locks are acquired.</summary>
    /// <param name="timeout">How long to wait for all of them together, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <param name="cancellationToken">Gives up. What was acquired by then is released before the call ends.</param>
    /// <returns>The handle of all; dispose it to release them.</returns>
    /// <exception cref="LockTimeoutException">Somebody else held one of them when the time was over.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<IMultiLockHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Acquires all locks if nobody holds any of them now.</summary>
    /// <param name="cancellationToken">Gives up. What was acquired by then is released before the call ends.</param>
    /// <returns>The handle of all, or null when somebody else holds one of them.</returns>
    /// <exception cref="CoordinationException">It is not known whether they are held: etcd did not answer within its request timeout, or refused; or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<IMultiLockHandle?> TryAcquireAsync(CancellationToken cancellationToken = default);
}

/// <summary>
/// Several locks that were acquired together. Thread-safe. Disposing it releases all of them. It is lost when any of them is; the others stay held
/// until it is released, so that you can finish what you began. Holding it is no proof of ownership: see <see cref="ILockHandle"/>.
/// </summary>
public interface IMultiLockHandle : IClaim
{
    /// <summary>The handles, in the order in which they were acquired: each with its key, token and guard.</summary>
    ImmutableArray<ILockHandle> Handles { get; }

    /// <summary>The conditions for a transaction of your own: all are true exactly as long as all locks are held. At most 128, which is what etcd takes.</summary>
    ImmutableArray<EtcdCompare> Guards { get; }
}
