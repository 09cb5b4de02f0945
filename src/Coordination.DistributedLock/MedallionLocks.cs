using Medallion.Threading;

namespace Coordination.DistributedLock;

/// <summary>What is held, for a program that knows DistributedLock.Core.</summary>
internal sealed class MedallionHandle(ILockHandle handle) : IDistributedSynchronizationHandle
{
    private int _isDisposed;

    public CancellationToken HandleLostToken
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
            return handle.Lost;
        }
    }

    public void Dispose() => DisposeAsync().AsTask().Await();

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isDisposed, 1) == 0 ? handle.DisposeAsync() : ValueTask.CompletedTask;
}

internal sealed class MedallionLock(ILock it) : IDistributedLock
{
    public string Name => it.Name;

    public IDistributedSynchronizationHandle? TryAcquire(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAcquireAsync(timeout, cancellationToken).AsTask().Await();

    public IDistributedSynchronizationHandle Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireAsync(timeout, cancellationToken).AsTask().Await();

    public ValueTask<IDistributedSynchronizationHandle?> TryAcquireAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        Tries.TryAsync(timeout, () => it.AcquireAsync(null, cancellationToken), () => it.TryAcquireAsync(timeout, cancellationToken));

    public ValueTask<IDistributedSynchronizationHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Tries.WaitAsync(it.AcquireAsync(timeout, cancellationToken));
}

internal sealed class MedallionReaderWriterLock(IReaderWriterLock it) : IDistributedReaderWriterLock
{
    public string Name => it.Name;

    public IDistributedSynchronizationHandle? TryAcquireReadLock(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAcquireReadLockAsync(timeout, cancellationToken).AsTask().Await();

    public IDistributedSynchronizationHandle AcquireReadLock(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireReadLockAsync(timeout, cancellationToken).AsTask().Await();

    public ValueTask<IDistributedSynchronizationHandle?> TryAcquireReadLockAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        Tries.TryAsync(timeout, () => it.AcquireReadAsync(null, cancellationToken), () => it.TryAcquireReadAsync(timeout, cancellationToken));

    public ValueTask<IDistributedSynchronizationHandle> AcquireReadLockAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Tries.WaitAsync(it.AcquireReadAsync(timeout, cancellationToken));

    public IDistributedSynchronizationHandle? TryAcquireWriteLock(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAcquireWriteLockAsync(timeout, cancellationToken).AsTask().Await();

    public IDistributedSynchronizationHandle AcquireWriteLock(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireWriteLockAsync(timeout, cancellationToken).AsTask().Await();

    public ValueTask<IDistributedSynchronizationHandle?> TryAcquireWriteLockAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        Tries.TryAsync(timeout, () => it.AcquireWriteAsync(null, cancellationToken), () => it.TryAcquireWriteAsync(timeout, cancellationToken));

    public ValueTask<IDistributedSynchronizationHandle> AcquireWriteLockAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Tries.WaitAsync(it.AcquireWriteAsync(timeout, cancellationToken));
}

internal sealed class MedallionSemaphore(ISemaphore it) : IDistributedSemaphore
{
    public string Name => it.Name;

    public int MaxCount => it.Permits;

    public IDistributedSynchronizationHandle? TryAcquire(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        TryAcquireAsync(timeout, cancellationToken).AsTask().Await();

    public IDistributedSynchronizationHandle Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AcquireAsync(timeout, cancellationToken).AsTask().Await();

    public ValueTask<IDistributedSynchronizationHandle?> TryAcquireAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        Tries.TryAsync(timeout, () => it.AcquireAsync(1, null, cancellationToken), () => it.TryAcquireAsync(1, timeout, cancellationToken));

    public ValueTask<IDistributedSynchronizationHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Tries.WaitAsync(it.AcquireAsync(1, timeout, cancellationToken));
}

/// <summary>What all of them share.</summary>
internal static class Tries
{
    /// <summary>A try may wait without end here; the library's own may not.</summary>
    public static async ValueTask<IDistributedSynchronizationHandle?> TryAsync(TimeSpan timeout, Func<Task<ILockHandle>> wait, Func<Task<ILockHandle?>> attempt)
    {
        var handle = timeout == Timeout.InfiniteTimeSpan ? await wait().ConfigureAwait(false) : await attempt().ConfigureAwait(false);
        return handle is null ? null : new MedallionHandle(handle);
    }

    public static async ValueTask<IDistributedSynchronizationHandle> WaitAsync(Task<ILockHandle> waiting) => new MedallionHandle(await waiting.ConfigureAwait(false));

#pragma warning disable RS0030 // Blocks: the interfaces have calls without a task, and callers who block on purpose.
    public static T Await<T>(this Task<T> task) => task.GetAwaiter().GetResult();

    public static void Await(this Task task) => task.GetAwaiter().GetResult();
#pragma warning restore RS0030
}
