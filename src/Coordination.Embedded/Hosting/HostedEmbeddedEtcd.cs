using System.Net;

namespace Coordination.Embedded.Hosting;

/// <summary>
/// A server of a host. Its endpoint is known before it is started, because the container asks for it while it is built. The container disposes it after the system
/// that uses it.
/// </summary>
internal sealed class HostedEmbeddedEtcd : IAsyncDisposable
{
    private readonly BoundPort _port;
    private readonly EmbeddedEtcdOptions _options;
    private EmbeddedEtcd? _server;

    public HostedEmbeddedEtcd(EmbeddedEtcdOptions options)
    {
        _port = new BoundPort(options.Address, options.Port);
        _options = options with { Port = _port.Port, Bound = _port };
        Endpoint = new Uri($"{(options.Certificate is null ? "http" : "https")}://{new IPEndPoint(options.Address, _port.Port)}");
    }

    public Uri Endpoint { get; }

    public async Task StartAsync(CancellationToken cancellationToken) => _server ??= await EmbeddedEtcd.StartAsync(_options, cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        _port.Dispose();
    }
}
