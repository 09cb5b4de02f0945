using System.Collections.Immutable;
using Coordination.Diagnostics;
using Coordination.Etcd.Security;
using Coordination.Etcd.Transport.Connections;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd.Transport;

/// <summary>The endpoints, which of them is in use (<see cref="EndpointChoice"/>), and whether they may be used (<see cref="EndpointChecks"/>). Thread-safe.</summary>
internal sealed class EndpointPool : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ImmutableArray<Endpoint> _endpoints;
    private readonly EndpointChecks _checks;
    private readonly EndpointChoice _choice;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _begun;
    private volatile Endpoint _current;

    public EndpointPool(EtcdClientOptions options, ILogger log)
    {
        var tls = new TlsFiles(options.Tls, log);
        _endpoints = [.. options.Endpoints.Select(address => new Endpoint(address, options, tls.Current))];
        _checks = new EndpointChecks(_endpoints, options.ClusterId, log);
        _choice = new EndpointChoice(_endpoints.Length);
        _current = _endpoints[0];
        _time = options.TimeProvider;
        _begun = _time.GetTimestamp();
        _log = log;
        if (options.Tls.SkipServerVerification)
        {
            log.ServerNotVerified();
        }
    }

    public ImmutableArray<Endpoint> Endpoints => _endpoints;

    public int Count => _endpoints.Length;

    public Endpoint Current => _current;

    public Endpoint? Find(Uri address) => _endpoints.FirstOrDefault(endpoint => endpoint.Address == address);

    /// <summary>Completes when the endpoint may be used: it is of the same cluster as the others.</summary>
    /// <exception cref="EtcdException">It is not, or does not answer. Nothing was sent.</exception>
    public Task AdmitAsync(Endpoint endpoint, CancellationToken cancellationToken) => _checks.AdmitAsync(endpoint, cancellationToken);

    /// <summary>Moves on to another endpoint, unless somebody else already moved away from the failed one.</summary>
    /// <param name="failed">The endpoint that failed.</param>
    /// <param name="reason">Why, for the log.</param>
    public void MoveFrom(Endpoint failed, string reason)
    {
        _checks.Forget(failed);
        lock (_lock)
        {
            if (!_choice.MoveFrom(_endpoints.IndexOf(failed), _time.GetElapsedTime(_begun)))
            {
                return;
            }

            _current = _endpoints[_choice.Current];
        }

        _log.EndpointChanged(EtcdErrors.Name(_current.Address), reason);
    }

    public void Dispose()
    {
        foreach (var endpoint in _endpoints)
        {
            endpoint.Dispose();
        }
    }
}
