using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Demo.Greeter.Serve;

/// <summary>A gRPC server that greets. Knows nothing of registration.</summary>
internal sealed class GreeterServer : IAsyncDisposable
{
    private readonly GreeterService _greeter;
    private readonly WebApplication _app;

    private GreeterServer(IPAddress address, int port, TimeSpan work, TimeSpan stopLimit)
    {
        _greeter = new GreeterService(work);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_greeter);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = stopLimit);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGrpcService<GreeterService>();
    }

    /// <summary>How it calls itself in its replies.</summary>
    public string Id
    {
        get => _greeter.Id;
        set => _greeter.Id = value;
    }

    public int Port { get; private set; }

    public int InFlight => _greeter.InFlight;

    public long Served => _greeter.Served;

    /// <summary>Starts to listen.</summary>
    /// <param name="address">What it listens on.</param>
    /// <param name="port">0: the system chooses one.</param>
    /// <param name="work">How long each greeting takes.</param>
    /// <param name="stopLimit">How long calls may take that are in flight when it stops.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The port cannot be served.</exception>
    public static async Task<GreeterServer> StartAsync(IPAddress address, int port, TimeSpan work, TimeSpan stopLimit, CancellationToken cancellationToken)
    {
        var server = new GreeterServer(address, port, work, stopLimit);
        await server._app.StartAsync(cancellationToken).ConfigureAwait(false);
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        server.Port = new Uri(addresses.Single()).Port;
        return server;
    }

    /// <summary>Takes no new connections and calls, and waits for those in flight within the limit. Tells how many were cut off.</summary>
    public async Task<int> StopAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        return InFlight;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync().ConfigureAwait(false);
}
