using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// A lock that was acquired, a reader's or the writer's place, or permits of a semaphore. Thread-safe. Disposing it gives it back. It rests on one key in etcd. It is
/// lost with its lease, or when somebody deletes or changes the key.
/// <para>
/// Holding it is no proof of ownership: a process can be paused for longer than its lease lives, at any point, even between a check and the next statement. So the
/// protected resource should check the <see cref="Token"/>, and with readers and permits the <see cref="Floor"/>: data in etcd by the <see cref="Guard"/> in the same
/// transaction,
/// other resources by refusing a token smaller than the largest they have seen (<see cref="FencingGate"/>).
/// </para>
/// </summary>
public interface ILockHandle : IClaim
{
    /// <summary>The name of the lock.</summary>
    string Name { get; }

    /// <summary>The key in etcd. For a lock it is its name; in a reader-writer lock or semaphore each holder has its own key.</summary>
    Bytes Key { get; }

    /// <summary>
    /// The fencing token: the revision at which this acquisition was put. That of a lock is strictly larger than the token of every earlier holder. In a reader-writer
    /// lock or semaphore it grows in the order of the line; holders at the same time have different tokens, and may have come in in another order.
    /// </summary>
    long Token { get; }

    /// <summary>
    /// Tokens below this are out for good: none of them was in any more when this one came in. For a lock or a writer it is its own token. For a reader it is 0: it
    /// shuts nobody out. For permits it is the oldest token still in line, so a lost holder that is not the oldest is not shut out by it; the <see cref="Guard"/> is
    /// exact.
    /// </summary>
    long Floor { get; }

    /// <summary>The lease that the key lives on.</summary>
    LeaseId Lease { get; }

    /// <summary>
    /// Cancelled when somebody asks the holder to give the lock back (<see cref="ILock.RequestYieldAsync"/>). Nothing happens by itself: finish what is under way, then release. From
    /// the first reading on it costs a watch; who asked before is heard then, too. Never cancelled for places in reader-writer locks and for permits. Callbacks run on a thread of
    /// their own.
    /// </summary>
    CancellationToken YieldRequested { get; }

    /// <summary>The condition for a transaction of your own: it is true exactly as long as this acquisition lasts. Exact fencing for data in etcd.</summary>
    EtcdCompare Guard { get; }
}
