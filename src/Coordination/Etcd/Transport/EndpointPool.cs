using System.Collections.Immutable;
using Coordination.Etcd.Security;
using Coordination.Grpc;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd.Transport;

/// <summary>The endpoints and which of them is in use. The choice is sticky: it moves on only when the one in use failed. Thread-safe.</summary>
internal sealed class EndpointPool : IDisposable
{
    private readonly ImmutableArray<GrpcChannel> _channels;
    private readonly ClusterChecks _clusters;
    private int _current;

    public EndpointPool(EtcdClientOptions options, ILogger log)
    {
        var channelOptions = new GrpcChannelOptions
        {
            ConnectTimeout = options.ConnectTimeout,
            MaxReceiveMessageSize = options.MaxReceiveMessageSize,
            MaxSendMessageSize = 2 * EtcdClientOptions.MaxRequestSize,
            TlsForConnection = new TlsFiles(options.Tls, log).Current,
            KeepAlivePingDelay = options.PingDelay,
            KeepAlivePingTimeout = options.PingTimeout,
            TimeProvider = options.TimeProvider,
        };
        _channels = [.. options.Endpoints.Select(endpoint => new GrpcChannel(endpoint, channelOptions))];
        _clusters = new ClusterChecks(_channels, options.RequestTimeout);
    }

    public int Count => _channels.Length;

    public GrpcChannel Current => _channels[Volatile.Read(ref _current)];

    public GrpcChannel? Find(Uri endpoint) => _channels.FirstOrDefault(c => c.Address == endpoint);

    /// <summary>Completes when the endpoint may be used: it is of the same cluster as the others.</summary>
    /// <exception cref="EtcdException">It is not, or does not answer. Nothing was sent.</exception>
    public Task AdmitAsync(GrpcChannel channel, CancellationToken cancellationToken) => _clusters.AdmitAsync(channel, cancellationToken);

    /// <summary>Moves on to the next endpoint, unless somebody else already moved away from the failed one.</summary>
    public void MoveFrom(GrpcChannel failed)
    {
        _clusters.Forget(failed);
        var index = _channels.IndexOf(failed);
        Interlocked.CompareExchange(ref _current, (index + 1) % _channels.Length, index);
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }
}
