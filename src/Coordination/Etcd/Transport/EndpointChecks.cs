using System.Collections.Immutable;
using Coordination.Diagnostics;
using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd.Transport;

/// <summary>
/// Asks an endpoint who it is before it is used, and again after it failed. Its cluster: a request that reached another one has done its harm when the reply
/// shows it. Its version: for a warning. A client with one endpoint, that was not told its cluster, does not wait for the answer: there is nothing to mix up.
/// Thread-safe.
/// </summary>
internal sealed class EndpointChecks(ImmutableArray<Endpoint> endpoints, ulong? cluster, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly ClusterGuard _guard = new(endpoints.Length, cluster);
    private readonly Task?[] _checks = new Task?[endpoints.Length];
    private bool _isWarned;

    /// <summary>Completes when the endpoint may be used.</summary>
    /// <exception cref="EtcdException">It does not answer, or belongs to another cluster (<see cref="CoordinationErrorKind.WrongCluster"/>). Nothing was sent.</exception>
    public Task AdmitAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        var index = endpoints.IndexOf(endpoint);
        if (Volatile.Read(ref _checks[index]) is { IsCompletedSuccessfully: true } admitted)
        {
            return admitted;
        }

        Task check;
        lock (_lock)
        {
            // One question for all who begin at the same time; one that failed is not the answer to the next.
            if (_checks[index] is not { IsFaulted: false, IsCanceled: false })
            {
                _checks[index] = CheckAsync(endpoint, index);
                _checks[index]!.Observe();
            }

            check = _checks[index]!;
        }

        return check.IsCompletedSuccessfully || (endpoints.Length == 1 && cluster is null) ? Task.CompletedTask : check.WaitAsync(cancellationToken);
    }

    /// <summary>The endpoint failed: what is there next may be another one. A question that still hangs is asked again, on another connection perhaps.</summary>
    public void Forget(Endpoint endpoint)
    {
        lock (_lock)
        {
            _checks[endpoints.IndexOf(endpoint)] = null;
        }
    }

    private async Task CheckAsync(Endpoint endpoint, int index)
    {
        StatusResponse status;
        try
        {
            status = await endpoint.UnaryAsync(
                static (etcd, request, call) => etcd.MaintenanceClient.StatusAsync(request, call), new StatusRequest()).ConfigureAwait(false);
        }
        catch (EtcdException error)
        {
            // The question may have been sent; what it is asked for was not.
            throw EtcdErrors.NothingSent(error, error.Message);
        }

        lock (_lock)
        {
            Judge(endpoint, index, status.Header?.ClusterId ?? 0);
            if (!_isWarned && !ServerVersion.RenewsOnlyAsLeader(status.Version))
            {
                _isWarned = true;
                log.ServerHasLeaseBugs(EtcdErrors.Name(endpoint.Address), status.Version);
            }
        }
    }

    private void Judge(Endpoint endpoint, int index, ulong said)
    {
        var before = _guard.Cluster;
        if (!_guard.Admits(index, said))
        {
            var meant = cluster is null ? "the others to" : "what is meant is";
            throw new EtcdException(
                CoordinationErrorKind.WrongCluster,
                WriteOutcome.NotApplied,
                $"The endpoint {EtcdErrors.Name(endpoint.Address)} belongs to cluster {said:x}, but {meant} cluster {_guard.Cluster:x}; it is not used",
                endpoint.Address);
        }

        if (before != 0 && before != _guard.Cluster)
        {
            log.ClusterReplaced(_guard.Cluster, before);
        }
    }
}
