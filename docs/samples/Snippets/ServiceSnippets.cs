using Coordination;
using Coordination.Etcd;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class ServiceSnippets
{
    public static async Task RegisterAsync(IServiceRegistry registry)
    {
        // <register>
        await using var registration = registry.Register(new ServiceInstance { Service = "greeter", Host = "10.0.0.7", Port = 8080 });
        await registration.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(5));      // from now on it comes back by itself, whatever happens
        await registration.SetStateAsync(InstanceState.Draining);                   // before it stops; disposing deregisters it

        using var greeters = registry.Discover("greeter");                          // cheap: one watch per service, however often it is asked for
        var view = await greeters.WaitForViewAsync(TimeSpan.FromSeconds(5));        // greeters.Current never waits
        await foreach (var change in greeters.ChangesAsync())                       // Resynced, Up, Changed, Down, Stale
        {
            Console.WriteLine($"{change}, at first there were {view.Instances.Length}");
        }

        // </register>
    }

    public static async Task BalanceAsync(CoordinationSystem coordination, IServiceCollection services)
    {
        // <balance>
        await using var balancer = new ServiceBalancer(coordination, new BalancingOptions { Policy = BalancingPolicy.LeastOutstanding, Zone = "east" });

        var http = new HttpClient(balancer.CreateHandler(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) }));
        await http.GetStringAsync(new Uri("http://greeter/hello"));             // any instance of the service 'greeter'

        services.AddSingleton(balancer);                                        // or with IHttpClientFactory
        services.AddHttpClient("greeter", client => client.BaseAddress = new Uri("http://greeter")).AddServiceBalancing();

        var options = new GrpcChannelOptions { HttpHandler = balancer.CreateHandler(new SocketsHttpHandler()) };
        var channel = GrpcChannel.ForAddress("http://greeter", options);        // or AddGrpcClient<…>(…).AddServiceBalancing()

        // </balance>
        channel.Dispose();
    }

    public static async Task WatchAsync(IWatches watches, Action<IEnumerable<KeyValue>> replaceAll, Action<IEnumerable<EtcdEvent>> apply, Action markStale, CancellationToken stopping)
    {
        // <watch>
        await foreach (var told in watches.Watch(KeyRange.Prefix("/config/")).WithCancellation(stopping))
        {
            switch (told)
            {
                case WatchEvent.Snapshot e: replaceAll(e.KeyValues); break;     // what is there
                case WatchEvent.Changed e: apply(e.Events); break;              // whole revisions, in order
                case WatchEvent.Resynced e: replaceAll(e.KeyValues); break;     // the history was cut: compaction, a restored backup
                case WatchEvent.Conflated e: apply(e.Events); break;            // you were slow: the latest of each key
                case WatchEvent.Interrupted: markStale(); break;                // etcd is away; it goes on by itself
            }
        }

        // </watch>
    }
}
