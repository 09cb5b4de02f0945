using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.InMemory.Locks;

/// <summary>What is held of one line.</summary>
/// <param name="place">The place.</param>
/// <param name="key">The key that it would have in etcd.</param>
/// <param name="floor">What is out for good.</param>
internal sealed class Handle(Place place, Bytes key, long floor) : ILockHandle
{
    public string Name => place.Line.Name;

    public Bytes Key => key;

    public long Token => place.Token;

    public long Floor => floor;

    public LeaseId Lease { get; } = place.Line.World.NextLease();

    public EtcdCompare Guard => EtcdCompare.Unchanged(key, new Revision(Token));

    public bool IsHeld => place.Ending.Reason is null;

    public TimeSpan ValidFor => IsHeld ? InMemoryCoordination.ValidFor : TimeSpan.Zero;

    public CancellationToken Lost => place.Ending.Lost;

    public CancellationToken YieldRequested => place.YieldRequested;

    public LossReason? LossReason => place.Ending.Reason;

    public Task ReleaseAsync(CancellationToken cancellationToken = default)
    {
        if (place.Ending.Release())
        {
            place.Line.Remove(place);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => new(ReleaseAsync());
}

/// <summary>What is held of several lines.</summary>
internal sealed class MultiHandle : IMultiLockHandle
{
    private readonly CancellationTokenSource _lost;

    public MultiHandle(ImmutableArray<ILockHandle> handles)
    {
        Handles = handles;
        _lost = CancellationTokenSource.CreateLinkedTokenSource([.. handles.Select(handle => handle.Lost)]);
    }

    public ImmutableArray<ILockHandle> Handles { get; }

    public ImmutableArray<EtcdCompare> Guards => [.. Handles.Select(handle => handle.Guard)];

    public bool IsHeld => Handles.All(handle => handle.IsHeld);

    public TimeSpan ValidFor => Handles.Min(handle => handle.ValidFor);

    public CancellationToken Lost => _lost.Token;

    public LossReason? LossReason => Handles.Select(handle => handle.LossReason).FirstOrDefault(reason => reason is not null);

    public Task ReleaseAsync(CancellationToken cancellationToken = default) => Task.WhenAll(Handles.Select(handle => handle.ReleaseAsync(cancellationToken)));

    public ValueTask DisposeAsync() => new(ReleaseAsync());
}
