namespace Coordination.Bench;

/// <summary>One key, eight contenders: from the release to the next acquisition, beside the raw time from a put to its event.</summary>
internal static class HandOver
{
    private const int Rounds = 2000;

    public static async Task RunAsync(IReadOnlyList<CoordinationSystem> systems, Uri endpoint)
    {
        Console.WriteLine();
        Console.WriteLine("hand-over of one key, milliseconds   (limit: from a put to its event on an established watch)");
        var limit = await PutToEvent.MeasureAsync(systems[0].Etcd, Rounds);
        Print("put to event", limit, limit);
        Print("8 systems, 1 waiter each", await ContendAsync(systems), limit);
        Print("1 system, 8 waiters", await ContendAsync([.. Enumerable.Repeat(systems[0], 8)]), limit);
        var before = await EtcdCounters.ReadAsync(endpoint);
        var (first, later) = await Contender.RunAllAsync(endpoint, systems.Count);
        var after = await EtcdCounters.ReadAsync(endpoint);
        PutToEvent.Print("8 processes, first minute", first.Times, limit, $"{first.PerSecond,6:0}/s   processor {first.Processor:0} µs");
        PutToEvent.Print("8 processes, after it", later.Times, limit, $"{later.PerSecond,6:0}/s   processor {later.Processor:0} µs");
        if (before is not null && after is not null)
        {
            var count = first.Times.Count + later.Times.Count;
            Console.WriteLine(
                $"  {(after.Transactions - before.Transactions) / count:0.00} transactions and {(after.WatchMessages - before.WatchMessages) / count:0.00} messages to watchers for each hand-over between processes");
        }
    }

    private static void Print(string what, List<double> times, List<double> limit) => PutToEvent.Print(what, times, limit, $"{1000 / times.Average(),6:0}/s");

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
