using Coordination.DistributedLock;
using Medallion.Threading;

namespace Coordination;

/// <summary>
/// The locks of a system under the interfaces of DistributedLock.Core. Thread-safe. Names are those of the system's own locks: a program that is written for these interfaces
/// and one that uses <see cref="ILocks"/> compete for the same lock.
/// <para>
/// A handle's <see cref="IDistributedSynchronizationHandle.HandleLostToken"/> is <see cref="IClaim.Lost"/>: cancelled before anybody else can acquire it, and watched always, so
/// reading it costs nothing. Fencing needs more than these interfaces have: the token and guard of an <see cref="ILockHandle"/>.
/// </para>
/// <para>
/// Waiting too long is a <see cref="LockTimeoutException"/>, which is the <see cref="TimeoutException"/> that callers expect; when etcd cannot be used, they throw a
/// <see cref="CoordinationException"/>. The calls without <c>Async</c> block their thread, as their names say. Locks are not reentrant, and a name has 1 to 1,024 bytes of UTF-8.
/// </para>
/// </summary>
/// <param name="locks">The locks of the system.</param>
public sealed class EtcdDistributedSynchronizationProvider(ILocks locks) : IDistributedLockProvider, IDistributedReaderWriterLockProvider, IDistributedSemaphoreProvider
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public IDistributedLock CreateLock(string name) => new MedallionLock(locks.Lock(name));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public IDistributedReaderWriterLock CreateReaderWriterLock(string name) => new MedallionReaderWriterLock(locks.ReaderWriterLock(name));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The name is empty or too long, or there are no permits.</exception>
    public IDistributedSemaphore CreateSemaphore(string name, int maxCount) => new MedallionSemaphore(locks.Semaphore(name, maxCount));
}
