using System.Net;
using Coordination.Embedded.Server.Http2;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Embedded.Server;

/// <summary>One run of the server: Kestrel on a port, and the timers of the node.</summary>
internal sealed class EtcdListener : IAsyncDisposable
{
    /// <summary>How long open connections may take to end when the server stops.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly List<ITimer> _timers = [];

    private EtcdListener(NodeHost host, int port)
    {
        var options = host.Options;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.AddGrpc(static grpc =>
        {
            grpc.MaxReceiveMessageSize = Watches.WatchLimits.FragmentBytes;
            grpc.IgnoreUnknownServices = true;
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(static hostOptions => hostOptions.ShutdownTimeout = StopTimeout);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, host, port));
        if (options.Bound?.Take() is { } socket)
        {
            builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => socket);
        }

        _app = builder.Build();
        Endpoint = new Uri("http://localhost");
        var log = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<EtcdListener>();
        _app.UseRouting();
        _app.UseEndpoints(endpoints =>
        {
            foreach (var service in new EtcdServices(host, log, _app.Lifetime.ApplicationStopping).Define(() => Endpoint))
            {
                endpoints.MapGrpcService(service);
            }
        });
        _app.Run(http => OtherRequests.AnswerAsync(http, new StatusPages(host)));
    }

    public Uri Endpoint { get; private set; }

    public static async Task<EtcdListener> StartAsync(NodeHost host, EmbeddedEtcdOptions options, int port, CancellationToken cancellationToken)
    {
        var listener = new EtcdListener(host, port);
        try
        {
            await listener._app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var address = listener._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        listener.Endpoint = new UriBuilder(address) { Host = Reachable(options.Address) }.Uri;
        listener._timers.Add(options.TimeProvider.CreateTimer(
            _ => host.Tick(static node => node.Sweep()), null, NodeSettings.SweepInterval, NodeSettings.SweepInterval));
        listener._timers.Add(options.TimeProvider.CreateTimer(
            _ => host.Tick(static node => node.Watches.NotifyProgress()), null, options.ProgressNotifyInterval, options.ProgressNotifyInterval));
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var timer in _timers)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static void Configure(KestrelServerOptions kestrel, NodeHost host, int port)
    {
        // Many long streams on one connection, whose clients may be slow; messages are limited one by one.
        kestrel.AddServerHeader = false;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 100_000;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
        kestrel.Listen(host.Options.Address, port, listen =>
        {
            if (host.Options.Certificate is { } certificate)
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    if (host.Options.ClientAuthorities is { } authorities)
                    {
                        ClientCertificates.Require(https, authorities);
                    }
                });
            }
            else
            {
                var pages = new StatusPages(host);
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(next => PlainHttp.Wrap(next, pages));
            }

            listen.Use(RewrittenTransport.Wrap);
        });
    }

    private static string Reachable(IPAddress address) =>
        address.Equals(IPAddress.Any) ? "127.0.0.1" : address.Equals(IPAddress.IPv6Any) ? "[::1]"
        : address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    /// <summary>The process belongs to somebody else: an embedded server must not listen to its signals.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
