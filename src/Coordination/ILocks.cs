namespace Coordination;

/// <summary>The locks of a system. Inject it where you need nothing else of the system. Implemented by <see cref="CoordinationSystem"/>. Thread-safe.</summary>
public interface ILocks
{
    /// <summary>The lock of that name. Costs nothing until it is acquired.</summary>
    /// <param name="name">The key in etcd, exactly: 1 to 1,024 bytes of UTF-8. Any program that uses the same key competes for the same lock.</param>
    /// <param name="options">How it is used; null: fair, on the session's lease.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or options are out of range.</exception>
    ILock Lock(string name, DistributedLockOptions? options = null);

    /// <summary>
    /// The reader-writer lock of that name: many readers or one writer. Costs nothing until it is acquired.
    /// </summary>
    /// <param name="name">1 to 1,024 bytes of UTF-8. Its keys in etcd lie under <c>name/rwlock/</c>; the mutex of the same name is another lock.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    IReaderWriterLock ReaderWriterLock(string name);

    /// <summary>
    /// The counting semaphore of that name. Costs nothing until it is acquired.
    /// </summary>
    /// <param name="name">1 to 1,024 bytes of UTF-8. Its keys in etcd lie under <c>name/semaphore/</c>.</param>
    /// <param name="permits">How many there are; at least 1. All contenders must give the same number, see <see cref="SemaphoreLimitException"/>.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or there are no permits.</exception>
    ISemaphore Semaphore(string name, int permits);

    /// <summary>
    /// Several locks that are acquired together or not at all. Each is the same lock as <see cref="Lock"/> with that name.
    /// </summary>
    /// <param name="names">1 to 128 names, in any order; a name that is given twice counts once.</param>
    /// <exception cref="ArgumentException">There is no name, there are too many, or one is empty or too long.</exception>
    IMultiLock MultiLock(params IEnumerable<string> names);
}
