using System.Collections.Immutable;
using Coordination.Diagnostics;
using Coordination.Etcd.Security;
using Coordination.Grpc;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd.Transport;

/// <summary>The endpoints, which of them is in use (<see cref="EndpointChoice"/>), and whether they may be used (<see cref="EndpointChecks"/>). Thread-safe.</summary>
internal sealed class EndpointPool : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ImmutableArray<GrpcChannel> _channels;
    private readonly EndpointChecks _checks;
    private readonly EndpointChoice _choice;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _begun;
    private volatile GrpcChannel _current;

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
        _checks = new EndpointChecks(_channels, options.ClusterId, options.RequestTimeout, log);
        _choice = new EndpointChoice(_channels.Length);
        _current = _channels[0];
        _time = options.TimeProvider;
        _begun = _time.GetTimestamp();
        _log = log;
        if (options.Tls.SkipServerVerification)
        {
            log.ServerNotVerified();
        }
    }

    public ImmutableArray<GrpcChannel> Channels => _channels;

    public int Count => _channels.Length;

    public GrpcChannel Current => _current;

    public GrpcChannel? Find(Uri endpoint) => _channels.FirstOrDefault(c => c.Address == endpoint);

    /// <summary>Completes when the endpoint may be used: it is of the same cluster as the others.</summary>
    /// <exception cref="EtcdException">It is not, or does not answer. Nothing was sent.</exception>
    public Task AdmitAsync(GrpcChannel channel, CancellationToken cancellationToken) => _checks.AdmitAsync(channel, cancellationToken);

    /// <summary>Moves on to another endpoint, unless somebody else already moved away from the failed one.</summary>
    /// <param name="failed">The endpoint that failed.</param>
    /// <param name="reason">Why, for the log.</param>
    public void MoveFrom(GrpcChannel failed, string reason)
    {
        _checks.Forget(failed);
        lock (_lock)
        {
            if (!_choice.MoveFrom(_channels.IndexOf(failed), _time.GetElapsedTime(_begun)))
            {
                return;
            }

            _current = _channels[_choice.Current];
        }

        _log.EndpointChanged(EtcdErrors.Name(_current.Address), reason);
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }
}
