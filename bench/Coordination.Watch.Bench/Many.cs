using Coordination.Etcd;

namespace Coordination.Watch.Bench;

/// <summary>Many watches of one key each in one system: memory per watch, CPU at rest, and the time until all are true again after etcd restarts.</summary>
internal static class Many
{
    public static async Task RunAsync(RealEtcd etcd, int count)
    {
        await using var client = etcd.CreateClient();
        await using var system = etcd.StartSystem();
        await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(10));
        var before = Settled();
        using var stopping = new CancellationTokenSource();
        var round = new Round(count);
        var start = TimeProvider.System.GetTimestamp();
        var followers = Enumerable.Range(0, count).Select(n => FollowAsync(system, n, () => round, stopping.Token)).ToList();
        await round.Done;
        var begun = TimeProvider.System.GetElapsedTime(start);
        var bytes = (Settled() - before) / count;

        // The runtime compiles what was used much once more, in the background: that is over first.
        await Task.Delay(TimeSpan.FromSeconds(25), TimeProvider.System);
        var cpu = Environment.CpuUsage.TotalTime;
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
        var rest = (Environment.CpuUsage.TotalTime - cpu) / TimeSpan.FromSeconds(5);

        await etcd.KillAsync();
        round = new Round(count);
        await etcd.StartProcessAsync();
        start = TimeProvider.System.GetTimestamp();
        foreach (var chunk in Enumerable.Range(0, count).Chunk(100))
        {
            await PutAsync(client, chunk);
        }

        var put = TimeProvider.System.GetElapsedTime(start);
        await round.Done;
        Console.WriteLine();
        Console.WriteLine($"{count} watches: begun in {begun.TotalSeconds:0.00} s, {bytes:N0} B each, {rest:P1} of a core at rest");
        Console.WriteLine($"  etcd restarted: puts of all keys after {put.TotalSeconds:0.00} s, all watches true after {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.00} s");
        await stopping.CancelAsync();
        await Task.WhenAll(followers);
    }

    private static async Task PutAsync(EtcdClient client, int[] chunk)
    {
        while (true)
        {
            try
            {
                await client.TxnAsync(new EtcdOp.Txn { Then = [.. chunk.Select(n => new EtcdOp.Put($"/bench/many/{n}", "x"))] });
                return;
            }
            catch (EtcdException error) when (error.IsTransient)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    private static async Task FollowAsync(CoordinationSystem system, int n, Func<Round> round, CancellationToken stopping)
    {
        try
        {
            await foreach (var told in system.Watch($"/bench/many/{n}").WithCancellation(stopping))
            {
                if (told is WatchEvent.Snapshot or WatchEvent.Changed)
                {
                    round().Arrive();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private static long Settled()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed class Round(int count)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = count;

        public Task Done => _done.Task;

        public void Arrive()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.TrySetResult();
            }
        }
    }
}
