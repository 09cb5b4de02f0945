using System.Net;
using Coordination.Grpc;
using Coordination.Grpc.Server;
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
    private readonly WebApplication _app;
    private readonly TimeSpan _work;
    private int _inFlight;
    private long _served;

    private GreeterServer(IPAddress address, int port, TimeSpan work, TimeSpan stopLimit)
    {
        _work = work;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = stopLimit);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseGrpcLimits();
            kestrel.Listen(address, port, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.UseRouting();
        foreach (var (method, words) in Greetings.All)
        {
            _app.MapGrpcUnary(method, (request, call) => GreetAsync(words, request, call));
        }
    }

    /// <summary>How it calls itself in its replies.</summary>
    public string Id { get; set; } = "";

    public int Port { get; private set; }

    public int InFlight => Volatile.Read(ref _inFlight);

    public long Served => Interlocked.Read(ref _served);

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

    private async ValueTask<GreetReply> GreetAsync(string words, GreetRequest request, GrpcServerContext call)
    {
        if (request.Name.Length is 0 or > 100)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"The name has {request.Name.Length} characters; allowed are 1 to 100.");
        }

        Interlocked.Increment(ref _inFlight);
        try
        {
            if (_work > TimeSpan.Zero)
            {
                await Task.Delay(_work, TimeProvider.System, call.CancellationToken).ConfigureAwait(false);
            }

            Interlocked.Increment(ref _served);
            return new GreetReply { Message = $"{words}, {request.Name}!", Instance = Id };
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
