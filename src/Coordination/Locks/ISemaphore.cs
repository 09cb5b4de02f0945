namespace Coordination;

/// <summary>
/// A number of permits, between all programs that use this library with the same name and the same etcd. Thread-safe. Not reentrant.
/// <para>
/// First come, first served, across processes: a waiter for many permits is not overtaken by those that need few. A request that waits keeps its place
/// unless its system's lease is lost: then it lines up again at the end, by itself.
/// </para>
/// <para>
/// The number of permits is part of every entry in etcd, and the oldest entry decides; a contender that says another number is refused
/// (<see cref="SemaphoreLimitException"/>). It can change when nobody uses the semaphore: then nothing of it is left in etcd.
/// </para>
/// </summary>
public interface ISemaphore
{
    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>How many permits there are.</summary>
    int Permits { get; }

    /// <summary>Waits until there are enough permits.</summary>
    /// <param name="count">How many; 1 to <see cref="Permits"/>. It gets all of them or none.</param>
    /// <param name="timeout">How long to wait for others, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end, also while etcd is away.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no entry behind, also when its transaction commits later.</param>
    /// <returns>The handle of all of them; dispose it to give them back. Holding it is no proof of ownership: see <see cref="ILockHandle"/>.</returns>
    /// <exception cref="LockTimeoutException">Others had them for the whole time.</exception>
    /// <exception cref="SemaphoreLimitException">It is in use with another number of permits.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILockHandle> AcquireAsync(int count = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Waits for a while, by default not at all, for permits.</summary>
    /// <param name="count">How many; 1 to <see cref="Permits"/>. It gets all of them or none.</param>
    /// <param name="timeout">How long to wait for others, from 0 (the default) to 24 days.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no entry behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when there were not enough for the whole time.</returns>
    /// <exception cref="SemaphoreLimitException">It is in use with another number of permits.</exception>
    /// <exception cref="CoordinationException">It is not known whether there are: etcd did not answer within its request timeout, or refused; or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILockHandle?> TryAcquireAsync(int count = 1, TimeSpan timeout = default, CancellationToken cancellationToken = default);

    /// <summary>Everybody in line, the oldest first: holders, then waiters. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken = default);
}
