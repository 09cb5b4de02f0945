using Coordination.Etcd;

namespace Coordination;

/// <summary>A whole number between all programs that use the same key. Thread-safe. Each addition counts once, also when its reply is lost.</summary>
public interface ICounter
{
    /// <summary>The name, which is the key in etcd.</summary>
    string Name { get; }

    /// <summary>The number now; 0 when there is none. Already old when it is returned.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CoordinationException">The key holds something else (<c>InvalidRequest</c>), or etcd could not be read.</exception>
    Task<long> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds to the number. While others change it, it is tried again.</summary>
    /// <param name="amount">How much; may be negative.</param>
    /// <param name="guards">What must hold: guards of locks and leaderships. Default none.</param>
    /// <param name="cancellationToken">Gives up. Nothing was added when this throws.</param>
    /// <returns>The number after it.</returns>
    /// <exception cref="CoordinationException">
    /// The key holds something else, or the sum is no number of 64 bits (<c>InvalidRequest</c>); a guard does not hold (<c>Lost</c>); or as in
    /// <see cref="CoordinationSystem.CommitAsync"/>.
    /// </exception>
    Task<long> AddAsync(long amount = 1, IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default);

    /// <summary>Sets the number.</summary>
    /// <param name="value">The number.</param>
    /// <param name="guards">What must hold: guards of locks and leaderships. Default none.</param>
    /// <param name="cancellationToken">Gives up. Nothing was set when this throws.</param>
    /// <exception cref="CoordinationException">A guard does not hold (<c>Lost</c>); or as in <see cref="CoordinationSystem.CommitAsync"/>.</exception>
    Task SetAsync(long value, IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default);
}
