using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.Histories;

/// <summary>Writes the history down by a watch of its own, which goes on where it ended, over all faults.</summary>
internal sealed class Witness : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly IEtcdClient _etcd;
    private readonly KeyRange _keys;
    private readonly Bytes _end;
    private readonly WrittenHistory _history = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    /// <param name="etcd">A client that no fault is between.</param>
    /// <param name="prefix">Which keys.</param>
    public Witness(IEtcdClient etcd, string prefix)
    {
        (_etcd, _keys, _end) = (etcd, KeyRange.Prefix(prefix), prefix + "\u007fend");
        _watching = WatchAsync();
    }

    /// <summary>Everything up to now. It ends the watching.</summary>
    public async Task<WrittenHistory> CompleteAsync(TimeSpan limit)
    {
        await _etcd.PutAsync(new EtcdOp.Put(_end, ""));
        await _watching.WaitAsync(limit);
        await _etcd.DeleteAsync(new EtcdOp.Delete(_end));
        return _history;
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
                using var watch = _etcd.Watch(
                    new EtcdWatchSpec(_keys, next), signal => signals.Writer.TryWrite((TimeProvider.System.GetTimestamp(), signal)));
                for (var isOver = false; !isOver;)
                {
                    var (at, signal) = await signals.Reader.ReadAsync(_stop.Token);
                    isOver = signal is EtcdWatchSignal.Ended;
                    foreach (var change in signal is EtcdWatchSignal.Changes { Events: var events } ? events : [])
                    {
                        next = change.Current.ModRevision.Next;
                        if (change.Current.Key == _end)
                        {
                            return;
                        }

                        _history.Add(change, at);
                    }
                }

                await Task.Delay(Pause, TimeProvider.System, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Not needed any more.
        }
    }
}
