namespace Coordination;

/// <summary>
/// Many readers or one writer, between all programs that use this library with the same name and the same etcd. Thread-safe. Not reentrant, and a
/// reader cannot become a writer: it would wait for itself.
/// <para>
/// First come, first served, across systems: a reader that comes after a waiting writer waits for it, so writers are not starved; a writer waits for everybody who
/// came before it. A request that waits keeps its place unless its system's lease is lost: then it lines up again at the end, by itself.
/// </para>
/// </summary>
public interface IReaderWriterLock
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>Waits until it may read.</summary>
    /// <param name="timeout">How long to wait for others, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end, also while etcd is away.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no entry behind, also when its transaction commits later.</param>
    /// <returns>The handle; dispose it to release. Holding it is no proof of ownership: see <see cref="ILockHandle"/>.</returns>
    /// <exception cref="LockTimeoutException">Somebody was in the way for the whole time.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILockHandle> AcquireReadAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until it may write.</summary>
    /// <inheritdoc cref="AcquireReadAsync"/>
    Task<ILockHandle> AcquireWriteAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Waits for a while, by default not at all, until it may read.</summary>
    /// <param name="timeout">How long to wait for others, from 0 (the default) to 24 days.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no entry behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody was in the way for the whole time.</returns>
    /// <exception cref="CoordinationException">It is not known whether anybody is in the way: etcd did not answer within its request timeout, or refused; or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILockHandle?> TryAcquireReadAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default);

    /// <summary>Waits for a while, by default not at all, until it may write.</summary>
    /// <inheritdoc cref="TryAcquireReadAsync"/>
    Task<ILockHandle?> TryAcquireWriteAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default);

    /// <summary>Everybody in line, the oldest first: holders, then waiters. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken = default);
}
