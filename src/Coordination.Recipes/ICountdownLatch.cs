using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// A gate that is closed until it was counted down as often as its count says, and open from then on. Thread-safe. Who waits leaves nothing in etcd; what was counted stays, also when
/// who counted dies.
/// </summary>
public interface ICountdownLatch
{
    /// <summary>The name, which is the key in etcd.</summary>
    string Name { get; }

    /// <summary>How often it is counted down until it opens.</summary>
    int Count { get; }

    /// <summary>Counts down by one. An open latch stays open.</summary>
    /// <param name="guards">What must hold: guards of locks and leaderships. Default none.</param>
    /// <param name="cancellationToken">Gives up. Nothing was counted when this throws.</param>
    /// <returns>How often it is still to be counted down; 0: it is open.</returns>
    /// <exception cref="CoordinationException">
    /// The latch is in use with another count, or the key holds something else (<c>InvalidRequest</c>); a guard does not hold (<c>Lost</c>); or as in
    /// <see cref="CoordinationSystem.CommitAsync"/>.
    /// </exception>
    Task<int> CountDownAsync(IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default);

    /// <summary>How often it is still to be counted down; 0: it is open. Already old when it is returned.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CoordinationException">The latch is in use with another count, the key holds something else, or etcd could not be read.</exception>
    Task<int> GetLeftAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until it is open, also while etcd is away.</summary>
    /// <param name="timeout">How long, from 0 to 24 days; null or <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TimeoutException">It was not open in time.</exception>
    /// <exception cref="CoordinationException">The latch is in use with another count, the key holds something else, or the system has stopped.</exception>
    Task WaitAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Closes it again for the whole count: deletes its key.</summary>
    /// <param name="guards">What must hold: guards of locks and leaderships. Default none.</param>
    /// <param name="cancellationToken">Gives up. It is as it was when this throws.</param>
    /// <exception cref="CoordinationException">A guard does not hold (<c>Lost</c>); or as in <see cref="CoordinationSystem.CommitAsync"/>.</exception>
    Task ResetAsync(IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default);
}
