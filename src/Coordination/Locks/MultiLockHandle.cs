using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination;

/// <summary>What is held of several locks at once.</summary>
internal sealed class MultiLockHandle : IMultiLockHandle
{
    private readonly ImmutableArray<ILockHandle> _handles;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _lost;

    public MultiLockHandle(ImmutableArray<ILockHandle> handles) => _handles = handles;

    public ImmutableArray<ILockHandle> Handles => _handles;

    public ImmutableArray<EtcdCompare> Guards => [.. _handles.Select(h => h.Guard)];

    public bool IsHeld => _handles.All(h => h.IsHeld);

    public TimeSpan ValidFor => _handles.Min(h => h.ValidFor);

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

    public LossReason? LossReason => _handles.Select(h => h.LossReason).FirstOrDefault(reason => reason is not null);

    public Task ReleaseAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(_handles.Reverse().Select(h => h.ReleaseAsync(cancellationToken)));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_handles.Reverse().Select(h => h.DisposeAsync().AsTask())).ConfigureAwait(false);
}
