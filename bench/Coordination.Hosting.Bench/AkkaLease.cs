using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;
using Coordination.Plugins;

namespace Coordination.Hosting.Bench;

/// <summary>What Akka's face costs: acquire and release of its lease, and of the lock that it is made of, in turns on one etcd.</summary>
internal static class AkkaLease
{
    private const int Pairs = 500;
    private const int Rounds = 9;

    public static async Task RunAsync(Uri endpoint)
    {
        var actors = ActorSystem.Create("bench", ConfigurationFactory.ParseString($$"""
            akka.stdout-loglevel = OFF
            akka.loglevel = OFF
            coordination.etcd.endpoints = ["{{endpoint.GetLeftPart(UriPartial.Authority)}}"]
            """).WithFallback(EtcdLease.DefaultConfiguration));
        var plain = CoordinationExtension.For(actors).System.Lock("akka/bench/lock");
        var lease = LeaseProvider.Get(actors).GetLease("bench", "akka.coordination.lease.etcd", "owner");
        var (locks, leases) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds + 2; round++)
        {
            var times = (await TimeAsync(() => LockAsync(plain)), await TimeAsync(() => LeaseAsync(lease)));

            // The first two warm up.
            if (round >= 2)
            {
                locks.Add(times.Item1);
                leases.Add(times.Item2);
            }
        }

        Console.WriteLine();
        Console.WriteLine($"acquire + release, one caller, microseconds (median of {Rounds} rounds of {Pairs})");
        Console.WriteLine($"  the lock                  {StartCosts.Median(locks),8:0}");
        Console.WriteLine($"  Akka's lease on it        {StartCosts.Median(leases),8:0}");
        await actors.Terminate();
    }

    private static async Task LockAsync(ILock plain)
    {
        await using var handle = await plain.TryAcquireAsync();
        _ = handle ?? throw new InvalidOperationException("The lock was not free.");
    }

    private static async Task LeaseAsync(Lease lease)
    {
        if (!await lease.Acquire() || !await lease.Release())
        {
            throw new InvalidOperationException("The lease was not free.");
        }
    }

    private static async Task<double> TimeAsync(Func<Task> pair)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < Pairs; n++)
        {
            await pair();
        }

        return TimeProvider.System.GetElapsedTime(began).TotalMicroseconds / Pairs;
    }
}
