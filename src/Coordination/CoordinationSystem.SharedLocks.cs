namespace Coordination;

/// <content>Reader-writer locks, semaphores, and several locks at once.</content>
public sealed partial class CoordinationSystem
{
    /// <inheritdoc/>
    public IReaderWriterLock ReaderWriterLock(string name) => new DistributedReaderWriterLock(this, name);

    /// <inheritdoc/>
    public ISemaphore Semaphore(string name, int permits) => new DistributedSemaphore(this, name, permits);

    /// <inheritdoc/>
    public IMultiLock MultiLock(params IEnumerable<string> names) => new MultiLock(this, names);
}
