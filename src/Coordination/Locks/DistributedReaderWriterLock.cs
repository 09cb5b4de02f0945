using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>
/// Many readers or one writer, between all programs that use this library with the same name and the same etcd. Thread-safe. Not reentrant, and a
/// reader cannot become a writer: it would wait for itself.
/// <para>
/// First come, first served, across systems: a reader that comes after a waiting writer waits for it, so writers are not starved; a writer waits for
/// all who came before it. A request that waits keeps its place unless its system's lease is lost: then it lines up again at the end, by itself.
/// </para>
/// </summary>
public sealed class DistributedReaderWriterLock
{
    private readonly LockRequests _requests;

    internal DistributedReaderWriterLock(CoordinationSystem system, string name) => _requests = new LockRequests(system, LockForm.ReaderWriter, name);

    /// <summary>The name.</summary>
    public string Name => _requests.Lock.Name;

    /// <summary>Waits until it may read.</summary>
    /// <param name="timeout">How long to wait for others, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end, also while etcd is away.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no entry behind, also when its transaction commits later.</param>
    /// <returns>The handle; dispose it to release. Holding it is no proof of ownership: see <see cref="SharedLockHandle"/>.</returns>
    /// <exception cref="LockTimeoutException">A writer was in the way for the whole time.</exception>
    /// <exception cref="CoordinationException">It failed: permission denied, out of space, etcd was unavailable for the whole time, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<ReaderWriterLockHandle> AcquireReadAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireAsync(LockTerms.Read, timeout, cancellationToken);

    /// <summary>Waits until it may write.</summary>
    /// <inheritdoc cref="AcquireReadAsync"/>
    public Task<ReaderWriterLockHandle> AcquireWriteAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireAsync(LockTerms.Write, timeout, cancellationToken);

    /// <summary>Waits for a while, by default not at all, until it may read.</summary>
    /// <param name="timeout">How long to wait for others, from 0 (the default) to 24 days.</param>
    /// <param name="cancellationToken">Gives up. The request leaves no entry behind, also when its transaction commits later.</param>
    /// <returns>The handle, or null when somebody was in the way for the whole time.</returns>
    /// <exception cref="CoordinationException">It is not known whether anybody is in the way: etcd did not answer within its request timeout, or refused; or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<ReaderWriterLockHandle?> TryAcquireReadAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAsync(LockTerms.Read, timeout, cancellationToken);

    /// <summary>Waits for a while, by default not at all, until it may write.</summary>
    /// <inheritdoc cref="TryAcquireReadAsync"/>
    public Task<ReaderWriterLockHandle?> TryAcquireWriteAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAsync(LockTerms.Write, timeout, cancellationToken);

    /// <summary>Everybody in line, the oldest first: those who are in, then those who wait. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    public Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken = default) => _requests.GetLineAsync(cancellationToken);

    private async Task<ReaderWriterLockHandle> AcquireAsync(LockTerms terms, TimeSpan? timeout, CancellationToken cancellationToken) =>
        new(_requests, await _requests.AcquireAsync(terms, timeout, cancellationToken).ConfigureAwait(false));

    private async Task<ReaderWriterLockHandle?> TryAsync(LockTerms terms, TimeSpan timeout, CancellationToken cancellationToken) =>
        await _requests.TryAsync(terms, timeout, cancellationToken).ConfigureAwait(false) is { } acquired ? new ReaderWriterLockHandle(_requests, acquired) : null;
}
