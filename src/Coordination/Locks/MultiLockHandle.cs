using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// Several locks that were acquired together. Thread-safe. Disposing it releases all of them. It is lost when any of them is; the others stay held
/// until it is released, so that what was begun can be ended. Holding it is no proof of ownership: see <see cref="LockHandle"/>.
/// </summary>
public sealed class MultiLockHandle : ILockHandle
{
    private readonly ImmutableArray<LockHandle> _handles;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _lost;

    internal MultiLockHandle(ImmutableArray<LockHandle> handles) => _handles = handles;

    /// <summary>The locks, in the order in which they were acquired: each with its key, token and guard.</summary>
    public ImmutableArray<LockHandle> Handles => _handles;

    /// <summary>The fencing tokens by key.</summary>
    public ImmutableDictionary<Bytes, long> Tokens => _handles.ToImmutableDictionary(h => h.Key, h => h.Token);

    /// <summary>The conditions for a transaction of the user's: they all hold exactly as long as all locks do. At most 128, which is what etcd takes.</summary>
    public ImmutableArray<EtcdCompare> Guards => [.. _handles.Select(h => h.Guard)];

    /// <inheritdoc/>
    public bool IsHeld => _handles.All(h => h.IsHeld);

    /// <inheritdoc/>
    public TimeSpan ValidFor => _handles.Min(h => h.ValidFor);

    /// <summary>Cancelled when any of the locks is lost; not when they were released. Callbacks run on a thread of their own.</summary>
    public CancellationToken Lost
    {
        get
        {
            lock (_lock)
            {
                return (_lost ??= CancellationTokenSource.CreateLinkedTokenSource([.. _handles.Select(h => h.Lost)])).Token;
            }
        }
    }

    /// <summary>Why the first of the locks that is not held any more is not; null while all are.</summary>
    public LossReason? LossReason => _handles.Select(h => h.LossReason).FirstOrDefault(reason => reason is not null);

    /// <summary>Releases all locks. Idempotent. <see cref="IsHeld"/> is false from the call on.</summary>
    /// <param name="cancellationToken">Stops waiting, not the release.</param>
    /// <exception cref="CoordinationException">etcd refused the release of one; its key goes with its lease.</exception>
    public Task ReleaseAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(_handles.Reverse().Select(h => h.ReleaseAsync(cancellationToken)));

    /// <summary>Releases all locks. Waits at most <see cref="CoordinationOptions.StopTimeout"/>, while the release goes on; does not throw.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_handles.Reverse().Select(h => h.DisposeAsync().AsTask())).ConfigureAwait(false);
}
