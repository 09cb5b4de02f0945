using System.Net;
using System.Net.Sockets;
using Coordination.Demo.Greeter.Serve;
using Coordination.Discovery.Balancing;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Balancing;

/// <summary>Greeters in this process, and a view of them that the test makes: discovery has tests of its own.</summary>
internal sealed class GreeterFleet : IServiceViews
{
    private readonly List<GreeterServer> _servers = [];
    private volatile ServiceView _view = new("greeter", [], new Revision(1), IsStale: false, []);

    public ServiceView Current => _view;

    /// <summary>An address that nobody listens on.</summary>
    public static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task<GreeterServer> StartAsync(string id, int port = 0)
    {
        var server = await GreeterServer.StartAsync(IPAddress.Loopback, port, TimeSpan.Zero, TimeSpan.FromSeconds(5), default);
        server.Id = id;
        _servers.Add(server);
        Show(id, server.Port);
        return server;
    }

    public void Show(string id, int port) => _view = _view with
    {
        Instances = [.. _view.Instances.Where(instance => instance.Id != id), new ServiceInstance { Service = "greeter", Id = id, Host = "127.0.0.1", Port = port }],
    };

    public async IAsyncEnumerable<ServiceChange> ChangesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        yield break;
    }

    public async Task StopAsync()
    {
        foreach (var server in _servers)
        {
            await server.StopAsync();
            await server.DisposeAsync();
        }
    }

    public void Dispose()
    {
        // The servers outlive a balancer.
    }
}
