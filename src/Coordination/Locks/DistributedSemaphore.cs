using Coordination.Locks;
using Coordination.Locks.Line;

namespace Coordination;

/// <summary>A semaphore of a system. What it says is in <see cref="ISemaphore"/>.</summary>
internal sealed class DistributedSemaphore : ISemaphore
{
    private readonly LockRequests _requests;

    public DistributedSemaphore(CoordinationSystem system, string name, int permits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        _requests = new LockRequests(system, LockForm.Semaphore, name);
        Permits = permits;
    }

    public string Name => _requests.Lock.Name;

    public int Permits { get; }

    public async Task<ILockHandle> AcquireAsync(int count = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        new LockHandle(_requests, await _requests.AcquireAsync(Ask(count), timeout, cancellationToken).ConfigureAwait(false));

    public async Task<ILockHandle?> TryAcquireAsync(int count = 1, TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        await _requests.TryAsync(Ask(count), timeout, cancellationToken).ConfigureAwait(false) is { } acquired ? new LockHandle(_requests, acquired) : null;

    public Task<IReadOnlyList<LockHolder>> GetLineAsync(CancellationToken cancellationToken = default) => _requests.GetLineAsync(cancellationToken);

    private LockTerms Ask(int count) => count >= 1 && count <= Permits
        ? LockTerms.Of(count, Permits)
        : throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} permits of '{Name}' were asked for; allowed are 1 to {Permits}.");
}
