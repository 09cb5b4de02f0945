using Coordination.Etcd;

namespace Coordination.Testing;

/// <summary>Waits for facts instead of times.</summary>
public static class KeyWait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Completes when the token is cancelled.</summary>
    public static async Task CancelledAsync(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task.WaitAsync(Limit, CancellationToken.None);
    }

    /// <summary>When the loss of the lock was told, by the system's monotonic clock: taken where it is told, not when the test goes on.</summary>
    public static async Task<long> LostAtAsync(this ILockHandle handle)
    {
        var told = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = handle.Lost.Register(() => told.TrySetResult(TimeProvider.System.GetTimestamp()));
        return await told.Task.WaitAsync(Limit);
    }

    /// <summary>Completes when the key (or its absence: null) is as asked.</summary>
    public static async Task<KeyValue?> UntilAsync(this IEtcdClient etcd, Bytes key, Func<KeyValue?, bool> condition)
    {
        var found = new TaskCompletionSource<KeyValue?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var now = await etcd.GetAsync(new EtcdOp.Get(key));
        if (condition(now.First))
        {
            return now.First;
        }

        using var watch = etcd.Watch(new EtcdWatchSpec(key, now.Header.Revision.Next), signal =>
        {
            if (signal is EtcdWatchSignal.Changes changes)
            {
                foreach (var change in changes.Events)
                {
                    var current = change.IsDelete ? null : change.Current;
                    if (condition(current))
                    {
                        found.TrySetResult(current);
                    }
                }
            }
            else if (signal is EtcdWatchSignal.Ended ended)
            {
                found.TrySetException(ended.Cause);
            }
        });
        return await found.Task.WaitAsync(Limit);
    }

    /// <summary>Completes when there are so many keys.</summary>
    public static async Task UntilCountAsync(this IEtcdClient etcd, KeyRange keys, int count)
    {
        using var changed = new SemaphoreSlim(0);
        var now = await etcd.GetAsync(new EtcdOp.Get(keys) { CountOnly = true });
        using var watch = etcd.Watch(new EtcdWatchSpec(keys, now.Header.Revision.Next), _ => changed.Release());
        for (var there = now.Count; there != count; there = (await etcd.GetAsync(new EtcdOp.Get(keys) { CountOnly = true })).Count)
        {
            if (!await changed.WaitAsync(Limit))
            {
                throw new TimeoutException($"There are {there} keys, and there were to be {count}.");
            }
        }
    }

    /// <summary>Completes when the key does not exist.</summary>
    public static Task UntilGoneAsync(this IEtcdClient etcd, Bytes key) => etcd.UntilAsync(key, current => current is null);
}
