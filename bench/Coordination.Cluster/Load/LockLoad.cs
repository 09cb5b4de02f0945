namespace Coordination.Cluster.Load;

/// <summary>Takes turns at locks that all systems want, and holds one of its own as long as it can.</summary>
internal sealed class LockLoad(CoordinationSystem system, int number, ClaimJudge judge, Progress acquired)
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        CompeteAsync("load/locks/a", Turn, stop),
        CompeteAsync("load/locks/b", Turn, stop),
        CompeteAsync($"load/locks/own-{number}", Timeout.InfiniteTimeSpan, stop));

    private async Task CompeteAsync(string name, TimeSpan turn, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var begun = TimeProvider.System.GetTimestamp();
            try
            {
                var handle = await system.Lock(name).AcquireAsync(Patience, stop);
                judge.Acquired(name, handle);
                if (turn != Timeout.InfiniteTimeSpan)
                {
                    acquired.Worked(begun);
                }

                using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, handle.Lost);
                await Task.Delay(turn, TimeProvider.System, over.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                judge.Ended(name, handle);
                await handle.DisposeAsync();
            }
            catch (Exception error) when (error is CoordinationException or LockTimeoutException or OperationCanceledException)
            {
                // etcd is away: the next attempt. A pause, lest a failure that comes at once make a hot loop.
                await Task.Delay(Turn, TimeProvider.System, CancellationToken.None);
            }
        }
    }
}
