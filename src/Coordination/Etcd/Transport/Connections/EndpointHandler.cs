using System.Net;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// What is below the gRPC library: HTTP/2 with connections of our own making, which can be given up for new ones while calls are open. Thread-safe.
/// </summary>
internal sealed class EndpointHandler(EtcdClientOptions options, Connector connector) : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private volatile HttpMessageInvoker _http = Create(options, connector);
    private bool _disposed;

    /// <summary>Later calls make new connections; open ones may go on where they are.</summary>
    public void Reconnect()
    {
        HttpMessageInvoker old;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            (old, _http) = (_http, Create(options, connector));
        }

        // Calls that are open on it end as if nothing had happened; the connections close behind them.
        old.Dispose();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        RequestMark.SendAsync(_http, request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _http.Dispose();
        base.Dispose(disposing);
    }

    private static HttpMessageInvoker Create(EtcdClientOptions options, Connector connector) => new(
        new RefusalHandler(connector, new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePingDelay = options.PingDelay,
            KeepAlivePingTimeout = options.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = connector.ConnectAsync,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        }),
        disposeHandler: true);
}
