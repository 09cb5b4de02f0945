namespace Coordination;

/// <content>Reader-writer locks, semaphores, and several locks at once.</content>
public sealed partial class CoordinationSystem
{
    /// <summary>
    /// The reader-writer lock of that name: many readers or one writer. Costs nothing until it is acquired.
    /// </summary>
    /// <param name="name">1 to 1,024 bytes of UTF-8. Its keys in etcd lie under <c>name/rwlock/</c>; the mutex of the same name is another lock.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public DistributedReaderWriterLock ReaderWriterLock(string name) => new(this, name);

    /// <summary>
    /// The counting semaphore of that name. Costs nothing until it is acquired.
    /// </summary>
    /// <param name="name">1 to 1,024 bytes of UTF-8. Its keys in etcd lie under <c>name/semaphore/</c>.</param>
    /// <param name="permits">How many there are; at least 1. All contenders must say the same, see <see cref="SemaphoreLimitException"/>.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or there are no permits.</exception>
    public DistributedSemaphore Semaphore(string name, int permits) => new(this, name, permits);

    /// <summary>
    /// Several locks that are acquired together or not at all. Each is the same lock as <see cref="Lock"/> with that name.
    /// </summary>
    /// <param name="names">1 to 128 names, in any order; a name that is given twice counts once.</param>
    /// <exception cref="ArgumentException">There is no name, there are too many, or one is empty or too long.</exception>
    public MultiLock Locks(params IEnumerable<string> names) => new(this, names);
}
