using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>A reader-writer lock of a system. What it says is in <see cref="IReaderWriterLock"/>.</summary>
internal sealed class DistributedReaderWriterLock : IReaderWriterLock
{
    private readonly LockRequests _requests;

    public DistributedReaderWriterLock(CoordinationSystem system, string name) => _requests = new LockRequests(system, LockForm.ReaderWriter, name);

    public string Name => _requests.Lock.Name;

    public Task<ILockHandle> AcquireReadAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireAsync(LockTerms.Read, timeout, cancellationToken);

    public Task<ILockHandle> AcquireWriteAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireAsync(LockTerms.Write, timeout, cancellationToken);

    public Task<ILockHandle?> TryAcquireReadAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAsync(LockTerms.Read, timeout, cancellationToken);

    public Task<ILockHandle?> TryAcquireWriteAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAsync(LockTerms.Write, timeout, cancellationToken);

    public Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken = default) => _requests.GetLineAsync(cancellationToken);

    private async Task<ILockHandle> AcquireAsync(LockTerms terms, TimeSpan? timeout, CancellationToken cancellationToken) =>
        new LockHandle(_requests, await _requests.AcquireAsync(terms, timeout, cancellationToken).ConfigureAwait(false));

    private async Task<ILockHandle?> TryAsync(LockTerms terms, TimeSpan timeout, CancellationToken cancellationToken) =>
        await _requests.TryAsync(terms, timeout, cancellationToken).ConfigureAwait(false) is { } acquired ? new LockHandle(_requests, acquired) : null;
}
