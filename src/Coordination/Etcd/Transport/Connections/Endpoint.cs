using dotnet_etcd.interfaces;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>One of dotnet-etcd's calls with one request and one reply.</summary>
internal delegate AsyncUnaryCall<TResponse> EtcdRpc<in TRequest, TResponse>(IConnection etcd, TRequest request, CallOptions options);

/// <summary>One of dotnet-etcd's streams.</summary>
internal delegate AsyncDuplexStreamingCall<TRequest, TResponse> EtcdStreamRpc<TRequest, TResponse>(IConnection etcd, CallOptions options);

/// <summary>
/// Calls to one endpoint: dotnet-etcd's stubs on Grpc.Net.Client, over connections of our own making. Nothing is repeated here, and a failure says whether the
/// request may have left. Connections are made when first needed, and again when they broke. Thread-safe.
/// </summary>
internal sealed class Endpoint : IDisposable
{
    private readonly EtcdClientOptions _options;
    private readonly EndpointHandler _http;
    private readonly GrpcChannel _channel;
    private readonly IConnection _etcd;
    private readonly CallLimits _limits;
    private volatile bool _isDisposed;

    public Endpoint(Uri address, EtcdClientOptions options, Func<TlsSettings> tls)
    {
        Address = address;
        _options = options;
        _limits = new CallLimits(options.RequestTimeout, options.TimeProvider);
        _http = new EndpointHandler(options, new Connector(address.Scheme == Uri.UriSchemeHttps, tls, options.TimeProvider));
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            // As a client, not as a handler: on a handler the library puts a balancer of its own, which begins requests when it likes, on other threads.
            HttpClient = new HttpClient(_http) { Timeout = Timeout.InfiniteTimeSpan },
            DisposeHttpClient = true,
            MaxSendMessageSize = 2 * EtcdClientOptions.MaxRequestSize,
            MaxReceiveMessageSize = options.MaxReceiveMessageSize,
            CompressionProviders = [],
        });
        _etcd = new dotnet_etcd.EtcdClient(_channel.CreateCallInvoker()).GetConnection();
    }

    public Uri Address { get; }

    /// <summary>One request, one reply, within <see cref="EtcdClientOptions.RequestTimeout"/>.</summary>
    /// <exception cref="EtcdException">It failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the server may or may not have acted.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        EtcdRpc<TRequest, TResponse> rpc, TRequest request, Metadata? headers = null, CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
    {
        var mark = new RequestMark(isStream: false);
        var limit = _limits.Begin();
        var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            AsyncUnaryCall<TResponse> call;
            using (mark.Begin())
            {
                call = rpc(_etcd, request, new CallOptions(headers, cancellationToken: limit.Token));
            }

            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            throw Describe(error, mark, cancellationToken, limit.IsCancellationRequested || error is RpcException { StatusCode: StatusCode.DeadlineExceeded });
        }
        finally
        {
            // Waits for a cancellation that has begun, which must not reach the next call.
            await registration.DisposeAsync().ConfigureAwait(false);
            _limits.End(limit);
        }
    }

    /// <summary>Opens a stream, without a limit of time.</summary>
    public EndpointStream<TRequest, TResponse> Open<TRequest, TResponse>(
        EtcdStreamRpc<TRequest, TResponse> rpc, Metadata headers, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
    {
        var mark = new RequestMark(isStream: true);
        using (mark.Begin())
        {
            return new(rpc(_etcd, new CallOptions(headers, cancellationToken: cancellationToken)), error => Describe(error, mark, cancellationToken));
        }
    }

    /// <summary>
    /// Gives the connections up that there are: later calls make new ones, while open calls may go on where they are. For a connection that is still open and
    /// leads nowhere. Idempotent.
    /// </summary>
    public void Reconnect() => _http.Reconnect();

    /// <summary>Closes all connections; open and later calls fail. Idempotent.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _channel.Dispose();
    }

    private Exception Describe(Exception error, RequestMark mark, CancellationToken caller, bool isLate = false)
    {
        var name = EtcdErrors.Name(Address);
        CallFailure? endedHere = isLate ? new(StatusCode.DeadlineExceeded, $"No answer from {name} within {_options.RequestTimeout.TotalSeconds:0.###} s.")
            : _isDisposed ? new(StatusCode.Unavailable, $"The connection to {name} was closed by this side.")
            : null;
        var failure = CallFailure.Of(error, mark, name, endedHere);
        return caller.IsCancellationRequested && !failure.FromServer
            ? new OperationCanceledException("The call was cancelled.", error, caller)
            : EtcdErrors.Describe(failure, Address, error);
    }
}
