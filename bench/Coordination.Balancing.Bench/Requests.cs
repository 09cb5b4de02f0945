using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Balancing.Bench;

/// <summary>GET requests to one server on loopback, bare and through a balancing handler.</summary>
internal static class Requests
{
    private const int Rounds = 4000;

    /// <summary>Returns the median of a bare request.</summary>
    public static async Task<TimeSpan> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var server = builder.Build();
        server.Run(http => http.Response.WriteAsync("hello"));
        await server.StartAsync();
        var address = new Uri(server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

        using var bare = new HttpClient(Handler());
        await using var few = Balancer(10, address.Port);
        await using var many = Balancer(1000, address.Port);
        using var withFew = new HttpClient(few.CreateHandler(Handler()));
        using var withMany = new HttpClient(many.CreateHandler(Handler()));
        var service = new Uri("http://greeter/");
        var times = new List<(string What, List<double> Medians)> { ("bare", []), ("balanced over 10", []), ("balanced over 1,000", []) };
        for (var turn = 0; turn < 5; turn++)
        {
            times[0].Medians.Add(await MedianAsync(bare, address));
            times[1].Medians.Add(await MedianAsync(withFew, service));
            times[2].Medians.Add(await MedianAsync(withMany, service));
        }

        Console.WriteLine();
        Console.WriteLine("one GET over loopback, microseconds, medians");
        var limit = times[0].Medians.Order().ElementAt(2);
        foreach (var (what, medians) in times)
        {
            var median = medians.Order().ElementAt(2);
            Console.WriteLine($"  {what,-20} {median,8:0.0}   ratio {median / limit:0.00}");
        }

        return TimeSpan.FromMicroseconds(limit);
    }

    private static SocketsHttpHandler Handler() => new() { UseProxy = false };

    private static ServiceBalancer Balancer(int count, int port) =>
        new(_ => StandingViews.Of(count, port), new BalancingOptions(), SuspendAwareTimeProvider.Instance, NullLoggerFactory.Instance);

    private static async Task<double> MedianAsync(HttpClient http, Uri address)
    {
        var times = new List<double>(Rounds);
        for (var n = 0; n < Rounds; n++)
        {
            var start = TimeProvider.System.GetTimestamp();
            await http.GetStringAsync(address);
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        return times[Rounds / 2];
    }
}
