using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// A queue between all programs that use this library with the same name and the same etcd. Thread-safe. Smaller priorities come first, and among equals who was there first: an item
/// whose <see cref="EnqueueAsync"/> had ended before that of another began is taken before it. (Those that are put at the same time may come in any order.)
/// <para>
/// Who takes an item holds it, on its session's lease, until it completes it or gives it back. When a holder dies, others get the item: each is completed once, and may be begun
/// more often. What completing it changes in etcd belongs into <see cref="IQueueItem.CompleteAsync"/>, so that it is done once, too.
/// </para>
/// </summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is a queue.")]
public interface IDistributedQueue
{
    /// <summary>The priority of an item that does not say one.</summary>
    const int DefaultPriority = 1000;

    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>Puts an item. It stays until it is completed, also when who put it dies.</summary>
    /// <param name="value">The item; etcd takes about 1.5 MiB.</param>
    /// <param name="priority">0 to 9,999; smaller ones are taken first. Default 1,000.</param>
    /// <param name="guards">What must hold: guards of locks and leaderships. Default none.</param>
    /// <param name="cancellationToken">Gives up. Nothing was put when this throws.</param>
    /// <exception cref="ArgumentException">The priority is out of range.</exception>
    /// <exception cref="CoordinationException">A guard does not hold (<c>Lost</c>); or as in <see cref="CoordinationSystem.CommitAsync"/>.</exception>
    Task EnqueueAsync(Bytes value, int priority = DefaultPriority, IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default);

    /// <summary>Takes the first item that nobody holds; waits for one, also while etcd is away.</summary>
    /// <param name="timeout">How long, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <param name="cancellationToken">Gives up. Nothing was taken when this throws.</param>
    /// <returns>The item; complete it, or dispose it to give it back.</returns>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    /// <exception cref="CoordinationException">Etcd refused it, or the system has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<IQueueItem> TakeAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Takes the first item that nobody holds now.</summary>
    /// <param name="cancellationToken">Gives up. Nothing was taken when this throws.</param>
    /// <returns>The item, or null when there is none.</returns>
    /// <exception cref="CoordinationException">As in <see cref="CoordinationSystem.CommitAsync"/>.</exception>
    Task<IQueueItem?> TryTakeAsync(CancellationToken cancellationToken = default);

    /// <summary>How many items there are, those that are held included. Already old when it is returned.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="EtcdException">Etcd could not be read.</exception>
    Task<long> CountAsync(CancellationToken cancellationToken = default);
}

/// <summary>
/// An item that was taken. Thread-safe. Disposing it gives it back if it was not completed, and does not throw. Holding it is no proof: who was paused for longer than its
/// lease lives has lost it, and <see cref="CompleteAsync"/> says so.
/// </summary>
public interface IQueueItem : IAsyncDisposable
{
    /// <summary>The item.</summary>
    Bytes Value { get; }

    /// <summary>Its priority.</summary>
    int Priority { get; }

    /// <summary>The fencing token: the revision at which it was taken. That of the next holder of the same item is larger.</summary>
    long Token { get; }

    /// <summary>The condition for a transaction of the user's: it holds exactly as long as this one holds the item. Exact fencing for data in etcd.</summary>
    EtcdCompare Guard { get; }

    /// <summary>Removes the item from the queue, and does something in the same transaction.</summary>
    /// <param name="and">What else is written. Default nothing; at most 100 operations.</param>
    /// <param name="cancellationToken">Gives up. Nothing was done when this throws.</param>
    /// <exception cref="CoordinationException">
    /// The item is not held any more (<c>Lost</c>): the session was lost, or it was completed or given back before. Or as in <see cref="CoordinationSystem.CommitAsync"/>.
    /// </exception>
    Task CompleteAsync(ImmutableArray<EtcdOp> and = default, CancellationToken cancellationToken = default);
}
