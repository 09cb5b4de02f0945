using System.Collections.Immutable;
using Coordination.Etcd.Protos;
using Coordination.Grpc;

namespace Coordination.Etcd.Transport;

/// <summary>
/// Asks an endpoint for its cluster before it is used, and again after it failed: a request that reached another cluster has done its harm when the reply
/// shows it. A client with one endpoint does not ask; there is nothing to mix up. Thread-safe.
/// </summary>
internal sealed class ClusterChecks(ImmutableArray<GrpcChannel> channels, TimeSpan timeout)
{
    private readonly Lock _lock = new();
    private readonly ClusterGuard _guard = new(channels.Length);
    private readonly Task?[] _checks = new Task?[channels.Length];

    /// <summary>Completes when the endpoint may be used.</summary>
    /// <exception cref="EtcdException">It does not answer, or belongs to another cluster (<see cref="CoordinationErrorKind.WrongCluster"/>). Nothing was sent.</exception>
    public Task AdmitAsync(GrpcChannel channel, CancellationToken cancellationToken)
    {
        if (channels.Length == 1)
        {
            return Task.CompletedTask;
        }

        var index = channels.IndexOf(channel);
        Task check;
        lock (_lock)
        {
            // One question for all who begin at the same time; one that failed is not the answer to the next.
            check = _checks[index] is { IsFaulted: false, IsCanceled: false } begun ? begun : _checks[index] = CheckAsync(channel, index);
        }

        return check.IsCompletedSuccessfully ? check : check.WaitAsync(cancellationToken);
    }

    /// <summary>The endpoint failed: what is there next may be another one.</summary>
    public void Forget(GrpcChannel channel)
    {
        lock (_lock)
        {
            var index = channels.IndexOf(channel);
            if (_checks[index] is { IsCompleted: true })
            {
                _checks[index] = null;
            }
        }
    }

    private async Task CheckAsync(GrpcChannel channel, int index)
    {
        ulong cluster;
        try
        {
            var options = new GrpcCallOptions { Timeout = timeout };
            cluster = (await channel.UnaryAsync(EtcdMethods.Status, new StatusRequest(), options).ConfigureAwait(false)).Header.ClusterId;
        }
        catch (GrpcException error)
        {
            var why = EtcdErrors.Describe(error, channel.Address);
            throw new EtcdException(why.Kind, WriteOutcome.NotApplied, why.Message, channel.Address, error);
        }

        lock (_lock)
        {
            if (!_guard.Admits(index, cluster))
            {
                throw new EtcdException(
                    CoordinationErrorKind.WrongCluster,
                    WriteOutcome.NotApplied,
                    $"The endpoint {EtcdErrors.Name(channel.Address)} belongs to cluster {cluster:x}, but the others to cluster {_guard.Cluster:x}; it is not used",
                    channel.Address);
            }
        }
    }
}
