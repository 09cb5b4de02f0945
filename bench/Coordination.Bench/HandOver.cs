using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.Bench;

/// <summary>One key, eight contenders: from the release to the next acquisition, beside the raw time from a put to its event.</summary>
internal static class HandOver
{
    private const int Rounds = 2000;

    public static async Task RunAsync(IReadOnlyList<CoordinationSystem> systems, Uri endpoint)
    {
        Console.WriteLine();
        Console.WriteLine("hand-over of one key, milliseconds   (limit: from a put to its event on an established watch)");
        var limit = await PutToEventAsync(systems[0].Etcd);
        Print("put to event", limit, limit);
        Print("8 systems, 1 waiter each", await ContendAsync(systems), limit);
        Print("1 system, 8 waiters", await ContendAsync([.. Enumerable.Repeat(systems[0], 8)]), limit);
        Print("8 processes", await Contender.RunAllAsync(endpoint, systems.Count, Rounds), limit);
    }

    private static void Print(string what, List<double> times, List<double> limit)
    {
        times.Sort();
        limit.Sort();
        var p50 = times[times.Count / 2];
        Console.WriteLine(
            $"  {what,-26} p50 {p50,7:0.000}   p99 {times[(int)(times.Count * 0.99)],7:0.000}   {1000 / times.Average(),6:0}/s   ratio of p50 {p50 / limit[limit.Count / 2]:0.00}");
    }

    private static async Task<List<double>> PutToEventAsync(IEtcdClient etcd)
    {
        var time = TimeProvider.System;
        var events = Channel.CreateUnbounded<long>();
        var now = (await etcd.GetAsync(new EtcdOp.Get("/bench/event"))).Header.Revision;
        using var watch = etcd.Watch(new EtcdWatchSpec("/bench/event", now.Next), signal =>
        {
            if (signal is EtcdWatchSignal.Changes)
            {
                events.Writer.TryWrite(time.GetTimestamp());
            }
        });
        var times = new List<double>();
        for (var n = 0; n < Rounds; n++)
        {
            var start = time.GetTimestamp();
            var put = etcd.PutAsync(new EtcdOp.Put("/bench/event", "x"));
            times.Add(time.GetElapsedTime(start, await events.Reader.ReadAsync()).TotalMilliseconds);
            await put;
        }

        await etcd.DeleteAsync(new EtcdOp.Delete("/bench/event"));
        return times;
    }

    private static async Task<List<double>> ContendAsync(IReadOnlyList<CoordinationSystem> contenders)
    {
        var time = TimeProvider.System;
        var times = new List<double>();
        var releasedAt = 0L;
        await Task.WhenAll(contenders.Select(async system =>
        {
            while (times.Count < Rounds)
            {
                var handle = await system.Lock("/bench/hot").AcquireAsync();
                if (releasedAt != 0)
                {
                    times.Add(time.GetElapsedTime(releasedAt).TotalMilliseconds);
                }

                releasedAt = time.GetTimestamp();
                await handle.ReleaseAsync();
            }
        }));
        return times;
    }
}
