using Coordination;
using Coordination.Hosting;

namespace SameInCSharp;

internal static class Nodes
{
    private static readonly RegistrationOptions Web = new() { Layout = ServiceLayout.Plain("/{service}/{id}"), OwnLease = true, Ttl = TimeSpan.FromSeconds(5) };

    public static async Task RegisterAsync(CancellationToken stop)
    {
        // <register>
        await using var coordination = CoordinationSystem.Start(ConfigurationOptions.ReadEnvironment());
        await using var node = coordination.Register(new ServiceInstance { Service = "web", Id = "node1", Host = "localhost", Port = 8000 }, Web);
        await node.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(5), stop);
        Console.WriteLine("/web/node1 is localhost:8000 until Ctrl-C");

        // </register>
        await Keys.UntilStoppedAsync(stop);
    }

    public static async Task DiscoverAsync(CancellationToken stop)
    {
        // <discover>
        await using var coordination = CoordinationSystem.Start(ConfigurationOptions.ReadEnvironment());
        using var web = coordination.Discover("web", new DiscoveryOptions { Layout = ServiceLayout.Plain("/{service}/{id}") });
        try
        {
            await foreach (var change in web.ChangesAsync(stop))
            {
                Console.WriteLine($"{change.GetType().Name}: [{string.Join(", ", web.Current.Instances.Select(node => node.Address))}]");
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C
        }

        // </discover>
    }

    public static async Task HelloAsync(CancellationToken stop)
    {
        // <hello>
        var options = new RegistrationOptions { Layout = ServiceLayout.Plain("{service}/{lease}"), OwnLease = true, Ttl = TimeSpan.FromSeconds(10) };
        await using var coordination = CoordinationSystem.Start(ConfigurationOptions.ReadEnvironment());
        await using var hello = coordination.Register(new ServiceInstance { Service = "Hello", Host = "remote_host", Port = 1234 }, options);
        await hello.WaitUntilRegisteredAsync(TimeSpan.FromSeconds(5), stop);

        // </hello>
        Console.WriteLine("Hello is remote_host:1234 until Ctrl-C");
        await Keys.UntilStoppedAsync(stop);
    }
}
