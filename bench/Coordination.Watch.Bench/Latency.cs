using System.Threading.Channels;
using Coordination.Etcd;
using Coordination.Messages;

namespace Coordination.Watch.Bench;

/// <summary>From a put to the subscriber, beside the raw time from a put to its event on the stream. They take turns, so that both meet the same machine.</summary>
internal static class Latency
{
    private const int Turns = 10;
    private const int Puts = 300;

    public static async Task RunAsync(RealEtcd etcd)
    {
        await using var client = etcd.CreateClient();
        await using var system = etcd.StartSystem();
        await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(10));
        using var actors = BenchActors.Create();
        var raw = new Series("put to raw event");
        var stream = new Series("put to 'await foreach'");
        var actor = new Series("put to an actor's message");
        for (var turn = 0; turn < Turns; turn++)
        {
            var arrivals = Channel.CreateUnbounded<long>();
            var now = (await client.GetAsync(new EtcdOp.Get("/bench/raw"))).Header.Revision;
            using (client.Watch(new EtcdWatchSpec("/bench/raw", now.Next), s => _ = s is EtcdWatchSignal.Changes && Arrived(arrivals)))
            {
                await MeasureAsync(client, "/bench/raw", arrivals, raw);
            }

            arrivals = Channel.CreateUnbounded<long>();
            using (var stopping = new CancellationTokenSource())
            {
                var reading = ReadAsync(system.Watch("/bench/stream"), arrivals, stopping.Token);
                await MeasureAsync(client, "/bench/stream", arrivals, stream);
                await stopping.CancelAsync();
                await reading;
            }

            arrivals = Channel.CreateUnbounded<long>();
            var begun = new TaskCompletionSource();
            var subscriber = actors.Start(notice =>
            {
                if (notice.Event is WatchEvent.Snapshot)
                {
                    begun.TrySetResult();
                }
                else if (notice.Event is WatchEvent.Changed)
                {
                    Arrived(arrivals);
                }
            });
            system.Actor.Tell(new KeysRequest.Subscribe("/bench/actor"), subscriber);
            await begun.Task;
            await MeasureAsync(client, "/bench/actor", arrivals, actor);
        }

        Console.WriteLine();
        foreach (var series in (Series[])[raw, stream, actor])
        {
            Console.WriteLine(series.Describe(raw));
        }
    }

    private static bool Arrived(Channel<long> arrivals) => arrivals.Writer.TryWrite(TimeProvider.System.GetTimestamp());

    private static async Task ReadAsync(IAsyncEnumerable<WatchEvent> watch, Channel<long> arrivals, CancellationToken stopping)
    {
        try
        {
            await foreach (var told in watch.WithCancellation(stopping))
            {
                if (told is WatchEvent.Changed)
                {
                    Arrived(arrivals);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private static async Task MeasureAsync(EtcdClient client, string key, Channel<long> arrivals, Series series)
    {
        // Until the watch stands, puts may pass it by or be late.
        for (var warm = 0; warm < 20 || arrivals.Reader.Count == 0; warm++)
        {
            await client.PutAsync(new EtcdOp.Put(key, "x"));
        }

        var last = await client.PutAsync(new EtcdOp.Put(key, "x"));
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        while (arrivals.Reader.TryRead(out _))
        {
        }

        GC.KeepAlive(last);
        for (var n = 0; n < Puts; n++)
        {
            var start = TimeProvider.System.GetTimestamp();
            var put = client.PutAsync(new EtcdOp.Put(key, "x"));
            series.Add(TimeProvider.System.GetElapsedTime(start, await arrivals.Reader.ReadAsync()));
            await put;
        }
    }
}
