using Coordination.Etcd;
using Coordination.InMemory.Elections;
using Coordination.InMemory.Keys;
using Coordination.InMemory.Locks;
using Coordination.InMemory.Services;

namespace Coordination.InMemory;

/// <summary>
/// Coordination in memory, for unit tests of code that uses <see cref="ILocks"/>, <see cref="IElections"/>, <see cref="IServiceRegistry"/> or <see cref="IWatches"/>.
/// Everybody who uses the same object competes with the others; another object is another world. Thread-safe. No etcd, no actors, no files, no timers but the one of a
/// wait for a lock.
/// <para>
/// It keeps the promises that a caller relies on: one holder at a time, first come first served, tokens that only grow, timeouts, cancellation, loss, hand-over by
/// priority. A test causes what it wants to see: a lock is lost (<see cref="LoseLock"/>), a leader is (<see cref="LoseLeadership"/>), etcd is away (<see
/// cref="FailWith"/>), a key changes
/// (<see cref="Put"/>). A <c>Guard</c> names the key and token of the claim, but there is no etcd client here that could check it, and the keys of locks are not among
/// those that are watched: a test of transactions uses the embedded server. Streams have no bound.
/// </para>
/// </summary>
public sealed class InMemoryCoordination : ILocks, IElections, IServiceRegistry, IWatches
{
    /// <summary>How long every claim says that it is good for, as long as it is not lost.</summary>
    internal static readonly TimeSpan ValidFor = TimeSpan.FromSeconds(10);

    private readonly World _world;
    private readonly InMemoryLocks _locks;
    private readonly InMemoryElections _elections;
    private readonly InMemoryServices _services;
    private readonly InMemoryKeys _keys;

    /// <summary>Creates an empty world.</summary>
    /// <param name="owner">What <see cref="LockHolder.Owner"/> says, and the name of candidates that have none.</param>
    /// <param name="timeProvider">The clock of timeouts; null: the system's.</param>
    public InMemoryCoordination(string owner = "test", TimeProvider? timeProvider = null)
    {
        _world = new World(owner, timeProvider ?? TimeProvider.System);
        (_locks, _elections, _services, _keys) = (new(_world), new(_world), new(_world), new(_world));
    }

    /// <inheritdoc/>
    public ILock Lock(string name, DistributedLockOptions? options = null) => _locks.Lock(name, options);

    /// <inheritdoc/>
    public IReaderWriterLock ReaderWriterLock(string name) => _locks.ReaderWriterLock(name);

    /// <inheritdoc/>
    public ISemaphore Semaphore(string name, int permits) => _locks.Semaphore(name, permits);

    /// <inheritdoc/>
    public IMultiLock MultiLock(params IEnumerable<string> names) => _locks.MultiLock(names);

    /// <inheritdoc/>
    public IElection Election(string name) => _elections.Election(name);

    /// <inheritdoc/>
    public IServiceRegistration Register(ServiceInstance instance, RegistrationOptions? options = null) => _services.Register(instance, options);

    /// <inheritdoc/>
    public IServiceDiscovery Discover(string service, DiscoveryOptions? options = null) => _services.Discover(service, options);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent> Watch(KeyRange keys, KeyWatchOptions? options = null) => _keys.Watch(keys, options);

    /// <summary>
    /// Whatever is held under that name (as a lock, by readers, a writer, permits) is lost, and waiters move up. Callbacks of <see cref="IClaim.Lost"/> run before this
    /// returns.
    /// </summary>
    /// <param name="name">The name of the lock.</param>
    /// <param name="reason">What the handle says. Default: its lease ran out.</param>
    public void LoseLock(string name, LossReason reason = LossReason.Expired) => _locks.Lose(name, reason);

    /// <summary>The leader of that election is not the leader any more, and the next in line is. Callbacks of <see cref="ILeadership.Lost"/> run before this returns.</summary>
    /// <param name="election">The name of the election.</param>
    /// <param name="reason">What the term says. Default: its lease ran out.</param>
    public void LoseLeadership(string election, LossReason reason = LossReason.Expired) => _elections.Of(election).Lose(reason);

    /// <summary>From now on every request fails, as when etcd is away. Locks stay held, and releasing them works.</summary>
    /// <param name="failure">What is thrown; null: requests work again.</param>
    public void FailWith(CoordinationException? failure) => _world.Failure = failure;

    /// <summary>Puts a key, for those who watch.</summary>
    /// <returns>The revision of the change.</returns>
    public Revision Put(Bytes key, Bytes value) => _keys.Put(key, value);

    /// <summary>Deletes a key, for those who watch.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Delete(Bytes key) => _keys.Delete(key);
}
