using System.Collections.Concurrent;

namespace Coordination.Cluster.Load;

/// <summary>Takes turns at locks that all systems want, and holds one of its own as long as it can. All holdings are of this process, so one clock counts.</summary>
internal sealed class LockLoad(CoordinationSystem system, int number, Progress acquired)
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private long _lost;

    /// <summary>What was held, from the first to the last stamp that proves it.</summary>
    public ConcurrentQueue<Holding> Holdings { get; } = new();

    /// <summary>How many were lost.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        CompeteAsync("load/locks/a", Turn, stop),
        CompeteAsync("load/locks/b", Turn, stop),
        CompeteAsync($"load/locks/own-{number}", TimeSpan.MaxValue, stop));

    private async Task CompeteAsync(string name, TimeSpan turn, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var begun = TimeProvider.System.GetTimestamp();
            try
            {
                await using var handle = await system.Lock(name).AcquireAsync(Patience, stop);
                if (turn == Turn)
                {
                    acquired.Worked(begun);
                }

                await HoldAsync(name, handle, turn, stop);
                if (handle.LossReason is not null)
                {
                    Interlocked.Increment(ref _lost);
                }
            }
            catch (Exception error) when (error is CoordinationException or LockTimeoutException or OperationCanceledException)
            {
                // etcd is away: the next attempt. A pause, lest a failure that comes at once make a hot loop.
                await Task.Delay(Turn, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private async Task HoldAsync(string name, ILockHandle handle, TimeSpan turn, CancellationToken stop)
    {
        var from = TimeProvider.System.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, handle.Lost);
        for (long at = from, until = 0; ; at = TimeProvider.System.GetTimestamp())
        {
            // Each stamp is older than the look, so it was held then.
            var isHeld = handle.IsHeld;
            until = isHeld ? at : until;
            if (!isHeld || over.IsCancellationRequested || TimeProvider.System.GetElapsedTime(from) >= turn)
            {
                if (until > 0)
                {
                    Holdings.Enqueue(new Holding(name, $"system-{number}", handle.Token, from, until));
                }

                return;
            }

            await Task.Delay(Turn, TimeProvider.System, over.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
