using System.Net;
using Coordination.Grpc.Client;
using Google.Protobuf;

namespace Coordination.Grpc;

/// <summary>
/// Calls to one server over shared HTTP/2 connections, which are made when first needed and again when they broke. Thread-safe.
/// <c>http</c> addresses use HTTP/2 with prior knowledge; <c>https</c> addresses use TLS and never fall back to plaintext.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly Lock _reconnecting = new();
    private readonly bool _ownsHandler;
    private readonly GrpcChannelOptions _options;
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationToken _disposed;
    private volatile HttpMessageInvoker _http;

    /// <summary>Creates a channel; no connection is made yet.</summary>
    /// <param name="address">The server: scheme <c>http</c> or <c>https</c>, host and port.</param>
    /// <param name="options">Options; null means defaults.</param>
    /// <exception cref="ArgumentException">The address has another scheme, or a path.</exception>
    public GrpcChannel(Uri address, GrpcChannelOptions? options = null)
        : this(address, options ??= new GrpcChannelOptions(), CreateHandler(address, options)) => _ownsHandler = true;

    /// <summary>Creates a channel over a handler of the caller's, for example one that balances over instances. The channel disposes it.</summary>
    /// <param name="address">The server: scheme <c>http</c> or <c>https</c>, host and port.</param>
    /// <param name="options">Options; those about connections are the handler's business.</param>
    /// <param name="handler">What sends the requests.</param>
    public GrpcChannel(Uri address, GrpcChannelOptions options, HttpMessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || address.PathAndQuery != "/")
        {
            throw new ArgumentException($"The address '{address}' is not of the form http://host:port or https://host:port.", nameof(address));
        }

        Address = address;
        _options = options;
        _disposed = _disposing.Token;
        _http = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    /// <summary>The server.</summary>
    public Uri Address { get; }

    /// <summary>One request, one response.</summary>
    /// <exception cref="GrpcException">The call ended with a status other than OK.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the server may or may not have acted.</exception>
    public Task<TResponse> UnaryAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options = default, CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(request);
        return UnaryCall.RunAsync(_http, Address, method, request, _options, options, _disposed, cancellationToken);
    }

    /// <summary>Opens a stream in both directions. It is usable at once: what is written waits for the connection.</summary>
    /// <param name="method">The method.</param>
    /// <param name="options">Timeout and metadata.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public GrpcDuplexCall<TRequest, TResponse> Duplex<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, GrpcCallOptions options = default, CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        return new GrpcDuplexCall<TRequest, TResponse>(_http, Address, method, _options, options, _disposed, cancellationToken);
    }

    /// <summary>
    /// Gives the connections up that there are: later calls make new ones, while open calls may go on where they are. For a connection that is still
    /// open and leads nowhere. Does nothing for a channel over a handler of the caller's. Idempotent.
    /// </summary>
    public void Reconnect()
    {
        HttpMessageInvoker old;
        lock (_reconnecting)
        {
            if (!_ownsHandler || _disposed.IsCancellationRequested)
            {
                return;
            }

            old = _http;
            _http = new HttpMessageInvoker(CreateHandler(Address, _options), disposeHandler: true);
        }

        // Calls that are open on it end as if nothing had happened; the connections close behind them.
        old.Dispose();
    }

    /// <summary>Closes all connections; open and later calls end with <see cref="GrpcStatusCode.Unavailable"/>. Idempotent.</summary>
    public void Dispose()
    {
        lock (_reconnecting)
        {
            if (_disposed.IsCancellationRequested)
            {
                return;
            }

            // HTTP itself lets open calls go on.
            _disposing.Cancel();
        }

        _http.Dispose();
        _disposing.Dispose();
    }

    private static SocketsHttpHandler CreateHandler(Uri address, GrpcChannelOptions options) => new()
    {
        ConnectTimeout = options.ConnectTimeout,
        KeepAlivePingDelay = options.KeepAlivePingDelay,
        KeepAlivePingTimeout = options.KeepAlivePingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        SslOptions = options.Tls ?? new(),
        ConnectCallback = new Connector(address is { IsAbsoluteUri: true } && address.Scheme == Uri.UriSchemeHttps, options.TlsForConnection, options.TimeProvider).ConnectAsync,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    };
}
