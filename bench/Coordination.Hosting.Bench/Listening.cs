using System.Diagnostics;
using System.Diagnostics.Metrics;
using Coordination.Etcd;

namespace Coordination.Hosting.Bench;

/// <summary>Locks with nobody, and with somebody who listens to all metrics and spans; in turns, so that a change of the machine's speed meets both.</summary>
internal static class Listening
{
    private const int InFlight = 64;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1.5);

    public static async Task RunAsync(Uri endpoint)
    {
        await using var system = CoordinationSystem.Start(new CoordinationOptions { Etcd = new EtcdClientOptions { Endpoints = [endpoint] } });
        await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(20));
        await RateAsync(system);
        var (silent, metrics, both) = (new List<double>(), new List<double>(), new List<double>());
        for (var turn = 0; turn < 5; turn++)
        {
            silent.Add(await RateAsync(system));
            using (Meters())
            {
                metrics.Add(await RateAsync(system));
                using (Spans())
                {
                    both.Add(await RateAsync(system));
                }
            }
        }

        Console.WriteLine();
        Console.WriteLine($"acquire + release, {InFlight} in flight, pairs per second (bytes allocated by each)");
        Console.WriteLine($"  nobody listens            {StartCosts.Median(silent),8:0}   ({await BytesAsync(system):0} B)");
        using (Meters())
        {
            Console.WriteLine($"  metrics                   {StartCosts.Median(metrics),8:0}   ({await BytesAsync(system):0} B)");
            using (Spans())
            {
                Console.WriteLine($"  metrics and spans         {StartCosts.Median(both),8:0}   ({await BytesAsync(system):0} B)");
            }
        }
    }

    private static async Task<double> RateAsync(CoordinationSystem system)
    {
        var (start, count) = (TimeProvider.System.GetTimestamp(), 0L);
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async worker =>
        {
            while (TimeProvider.System.GetElapsedTime(start) < Round)
            {
                await using var handle = await system.Lock($"/bench/listen/{worker}/{Interlocked.Increment(ref count) % 100}").AcquireAsync();
            }
        }));
        return count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> BytesAsync(CoordinationSystem system)
    {
        const int Pairs = 2000;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var n = 0; n < Pairs; n++)
        {
            await using var handle = await system.Lock("/bench/listen/bytes").AcquireAsync();
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Pairs;
    }

    private static MeterListener Meters()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Coordination")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        listener.Start();
        return listener;
    }

    private static ActivityListener Spans()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Coordination", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
