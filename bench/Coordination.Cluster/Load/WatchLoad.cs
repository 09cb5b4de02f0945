using System.Collections.Concurrent;
using Coordination.Etcd;

namespace Coordination.Cluster.Load;

/// <summary>Follows all writes through a system's watch, and keeps them in the order in which they were told.</summary>
internal sealed class WatchLoad(CoordinationSystem system, Func<string, long?> begunAt, Progress watched)
{
    private readonly TaskCompletionSource<Revision> _began = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The revision after which everything is to be told.</summary>
    public Task<Revision> Began => _began.Task;

    public ConcurrentQueue<WatchEvent> Told { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var told in system.Watch(KeyRange.Prefix(WriteLoad.Prefix), new KeyWatchOptions { BufferLimit = 100_000 }).WithCancellation(stop))
            {
                Told.Enqueue(told);
                if (told is WatchEvent.Snapshot snapshot)
                {
                    _began.TrySetResult(snapshot.Revision);
                }
                else if (told is WatchEvent.Changed changed)
                {
                    Count(changed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the run.
        }
    }

    private void Count(WatchEvent.Changed changed)
    {
        foreach (var change in changed.Events)
        {
            if (begunAt(change.Current.Value.ToText()) is { } begun)
            {
                watched.Worked(begun);
            }
        }
    }
}
