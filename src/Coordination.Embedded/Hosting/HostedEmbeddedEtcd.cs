using System.Net;
using System.Net.Sockets;

namespace Coordination.Embedded.Hosting;

/// <summary>
/// A server of a host. Its endpoint is known before it is started, because the container asks for it while it is built. The container disposes it after the system
/// that uses it.
/// </summary>
internal sealed class HostedEmbeddedEtcd(EmbeddedEtcdOptions options) : IAsyncDisposable
{
    private readonly EmbeddedEtcdOptions _options = options.Port == 0 ? options with { Port = FreePort(options.Address) } : options;
    private EmbeddedEtcd? _server;

    public Uri Endpoint => new($"{(_options.Certificate is null ? "http" : "https")}://{new IPEndPoint(_options.Address, _options.Port)}");

    public async Task StartAsync(CancellationToken cancellationToken) => _server ??= await EmbeddedEtcd.StartAsync(_options, cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
