using Coordination.Etcd;

namespace Coordination.Bench;

/// <summary>Acquire and release, each on a key of its own, beside two plain transactions on the same client: rates, and what they cost this process.</summary>
internal static class DistinctKeys
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(CoordinationSystem system)
    {
        Console.WriteLine();
        Console.WriteLine("acquire + release on distinct keys, pairs per second   (limit: put + delete in two transactions)");

        // Not counted: the runtime compiles, and compiles again what is used much.
        for (var turn = 0; turn < 3; turn++)
        {
            await MeasureAsync(64, n => RawPairAsync(system, n));
            await MeasureAsync(64, n => LockPairAsync(system, n));
        }

        foreach (var inFlight in (int[])[1, 8, 64, 256])
        {
            // The two take turns, so that a change of the machine's speed meets both.
            var raw = new List<Sample>();
            var locks = new List<Sample>();
            for (var turn = 0; turn < 3; turn++)
            {
                raw.Add(await MeasureAsync(inFlight, n => RawPairAsync(system, n)));
                locks.Add(await MeasureAsync(inFlight, n => LockPairAsync(system, n)));
            }

            var (limit, reached) = (Sample.Median(raw), Sample.Median(locks));
            Console.WriteLine(
                $"  {inFlight,4} in flight   locks {reached.PerSecond,8:0}   limit {limit.PerSecond,8:0}   ratio {reached.PerSecond / limit.PerSecond:0.00}"
                + $"   processor {reached.Microseconds:0} µs a pair (limit {limit.Microseconds:0})   {reached.Bytes / 1024:0.0} KB ({limit.Bytes / 1024:0.0})");
        }
    }

    /// <summary>Locks alone, for as long as it takes to look at them from outside.</summary>
    public static async Task ProfileAsync(CoordinationSystem system, int inFlight)
    {
        for (var turn = 0; turn < 15; turn++)
        {
            var (paused, collections) = (GC.GetTotalPauseDuration(), GC.CollectionCount(0));
            var locks = await MeasureAsync(inFlight, n => LockPairAsync(system, n));
            Console.WriteLine(
                $"  {locks.PerSecond:0} pairs per second, processor {locks.Microseconds:0} µs a pair, {locks.Bytes / 1024:0.0} KB, "
                + $"{GC.CollectionCount(0) - collections} collections, {(GC.GetTotalPauseDuration() - paused).TotalMilliseconds:0} ms paused");
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static async Task<Sample> MeasureAsync(int inFlight, Func<long, Task> pair)
    {
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        var (processor, bytes) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        var count = 0L;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            while (time.GetElapsedTime(start) < Round)
            {
                await pair(Interlocked.Increment(ref count));
            }
        }));
        return new Sample(
            count / time.GetElapsedTime(start).TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / count,
            (double)(GC.GetTotalAllocatedBytes() - bytes) / count);
    }

    private static async Task LockPairAsync(CoordinationSystem system, long n)
    {
        await using var handle = await system.Lock($"/bench/lock/{n}").AcquireAsync();
    }

    private static async Task RawPairAsync(CoordinationSystem system, long n)
    {
        Bytes key = $"/bench/raw/{n}";
        var put = await system.Etcd.TxnAsync(new EtcdOp.Txn
        {
            If = [EtcdCompare.NotExists(key)],
            Then = [new EtcdOp.Put(key, "{\"owner\":\"bench\",\"attempt\":\"00000000000000000000000000000000\"}") { Lease = system.SessionLease }],
            Else = [new EtcdOp.Get(key)],
        });
        await system.Etcd.TxnAsync(new EtcdOp.Txn { If = [EtcdCompare.Unchanged(key, put.Header.Revision)], Then = [new EtcdOp.Delete(key)] });
    }

    /// <summary>What one turn took. Processor time and bytes are those of this process.</summary>
    private sealed record Sample(double PerSecond, double Microseconds, double Bytes)
    {
        public static Sample Median(List<Sample> samples) => new(
            DistinctKeys.Median(samples.Select(sample => sample.PerSecond)),
            DistinctKeys.Median(samples.Select(sample => sample.Microseconds)),
            DistinctKeys.Median(samples.Select(sample => sample.Bytes)));
    }
}
