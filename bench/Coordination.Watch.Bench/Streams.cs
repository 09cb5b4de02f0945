using Coordination.Etcd;

namespace Coordination.Watch.Bench;

/// <summary>10,000 watches on one, a few and many streams: the time until all stand, and until a burst of one put each has arrived.</summary>
internal static class Streams
{
    private const int Watches = 10_000;

    public static async Task RunAsync(RealEtcd etcd)
    {
        Console.WriteLine();
        Console.WriteLine($"{Watches} watches over streams");
        foreach (var streams in (int[])[1, 2, 4, 8, 16, 64])
        {
            await using var client = new EtcdClient(new EtcdClientOptions
            {
                Endpoints = [etcd.Endpoint], WatchStreams = streams, WatchesPerStream = Watches / streams, RequestTimeout = TimeSpan.FromMinutes(1),
            });
            var prefix = $"/bench/{streams}/";
            var now = (await client.GetAsync(new EtcdOp.Get(prefix))).Header.Revision.Next;
            using var standing = new CountdownEvent(Watches);
            using var arrived = new CountdownEvent(Watches);
            var stand = new TaskCompletionSource();
            var arrive = new TaskCompletionSource();
            var start = TimeProvider.System.GetTimestamp();
            for (var n = 0; n < Watches; n++)
            {
                client.Watch(new EtcdWatchSpec($"{prefix}{n}", now), signal =>
                {
                    if (signal is EtcdWatchSignal.Created && standing.Signal())
                    {
                        stand.TrySetResult();
                    }
                    else if (signal is EtcdWatchSignal.Changes && arrived.Signal())
                    {
                        arrive.TrySetResult();
                    }
                });
            }

            await stand.Task;
            var stood = TimeProvider.System.GetElapsedTime(start);
            start = TimeProvider.System.GetTimestamp();
            foreach (var chunk in Enumerable.Range(0, Watches).Chunk(100))
            {
                await client.TxnAsync(new EtcdOp.Txn { Then = [.. chunk.Select(n => new EtcdOp.Put($"{prefix}{n}", "x"))] });
            }

            var put = TimeProvider.System.GetElapsedTime(start);
            await arrive.Task;
            Console.WriteLine(
                $"  {streams,2} streams   all stand {stood.TotalMilliseconds,6:0} ms   puts {put.TotalMilliseconds,5:0} ms   all events {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds,6:0} ms");
        }
    }
}
