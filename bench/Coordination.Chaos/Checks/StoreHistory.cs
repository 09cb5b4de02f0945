using System.Collections.Immutable;
using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.Chaos.Checks;

/// <summary>One change in etcd.</summary>
/// <param name="SeenAt">When its event arrived: it was committed before that.</param>
/// <param name="Key">The key.</param>
/// <param name="IsDelete">Whether it was deleted; else put.</param>
/// <param name="Current">What it was then.</param>
internal sealed record StoreChange(long SeenAt, string Key, bool IsDelete, KeyValue Current)
{
    public long Revision => Current.ModRevision.Value;
}

/// <summary>Everything that ever happened under a prefix in etcd, by a watch from the first revision on that starts again where it ended.</summary>
internal sealed class StoreHistory : IAsyncDisposable
{
    private static readonly Bytes Mark = "/chaos/end";

    private readonly IEtcdClient _etcd;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<StoreChange> _changes = [];
    private readonly Task _watching;

    public StoreHistory(IEtcdClient etcd)
    {
        _etcd = etcd;
        _watching = WatchAsync();
    }

    /// <summary>All changes up to now.</summary>
    public async Task<ImmutableArray<StoreChange>> CompleteAsync(TimeSpan limit)
    {
        await _etcd.PutAsync(new EtcdOp.Put(Mark, "x"));
        await _complete.Task.WaitAsync(limit);
        await _etcd.DeleteAsync(new EtcdOp.Delete(Mark));
        return [.. _changes];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        var next = new Revision(1);
        try
        {
            while (true)
            {
                var signals = Channel.CreateUnbounded<(long At, EtcdWatchSignal Signal)>();
                using var watch = _etcd.Watch(new EtcdWatchSpec(KeyRange.Prefix("/chaos/"), next), signal => signals.Writer.TryWrite((Stamp.Now, signal)));
                for (var isOver = false; !isOver;)
                {
                    var (at, signal) = await signals.Reader.ReadAsync(_stop.Token);
                    isOver = signal is EtcdWatchSignal.Ended;
                    foreach (var change in signal is EtcdWatchSignal.Changes { Events: var events } ? events : [])
                    {
                        next = change.Current.ModRevision.Next;
                        _changes.Add(new StoreChange(at, change.Current.Key.ToText(), change.IsDelete, change.Current));
                        if (change.Current.Key == Mark)
                        {
                            _complete.TrySetResult();
                            return;
                        }
                    }
                }

                await Stamp.PassAsync(TimeSpan.FromMilliseconds(50), _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Not needed any more.
        }
    }
}
