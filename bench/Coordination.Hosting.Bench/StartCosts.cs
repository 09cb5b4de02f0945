using Coordination.Etcd;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Hosting.Bench;

/// <summary>From the start of a host to its first lock: the connection, the grant of the lease, the lock.</summary>
internal static class StartCosts
{
    private const int Rounds = 30;

    public static async Task RunAsync(Uri endpoint)
    {
        var first = await HostToLockAsync(endpoint, 0);
        var later = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            later.Add(await HostToLockAsync(endpoint, round));
        }

        var connected = await RoundTripsAsync(endpoint);
        Console.WriteLine();
        Console.WriteLine("from the start of the host to its first lock");
        Console.WriteLine($"  first in the process (nothing compiled yet)   {first,8:0.0} ms");
        Console.WriteLine($"  later, p50                                    {Median(later),8:0.00} ms");
        Console.WriteLine($"  a raw round trip (a read), p50                {Median(connected.Trips),8:0.00} ms   on a new connection {Median(connected.First):0.00} ms");
    }

    public static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> HostToLockAsync(Uri endpoint, int round)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCoordination(options => options.Etcd.Endpoints = [endpoint]);
        using var host = builder.Build();
        var start = TimeProvider.System.GetTimestamp();
        await host.StartAsync();
        var handle = await host.Services.GetRequiredService<ILocks>().Lock($"/bench/start/{round}").AcquireAsync();
        var taken = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        await handle.DisposeAsync();
        await host.StopAsync();
        return taken;
    }

    private static async Task<(List<double> Trips, List<double> First)> RoundTripsAsync(Uri endpoint)
    {
        var (trips, first) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await using var client = new EtcdClient(new EtcdClientOptions { Endpoints = [endpoint] });
            for (var trip = 0; trip < 20; trip++)
            {
                var start = TimeProvider.System.GetTimestamp();
                await client.GetAsync(new EtcdOp.Get("/bench/nothing"));
                (trip == 0 ? first : trips).Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return (trips, first);
    }
}
