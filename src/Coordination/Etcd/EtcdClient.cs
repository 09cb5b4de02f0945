using System.Collections.Immutable;
using Coordination.Diagnostics;
using Coordination.Etcd.Transport;
using Coordination.Etcd.Transport.Connections;
using Coordination.Time;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Coordination.Etcd;

/// <summary>
/// <see cref="IEtcdClient"/> over gRPC. All requests share one HTTP/2 connection per endpoint; all watches and all keep-alives share a few
/// streams.
/// </summary>
public sealed class EtcdClient : IEtcdClient
{
    /// <summary>Between two rounds over all endpoints.</summary>
    private static readonly BackoffPolicy BetweenRounds = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(800));

    private readonly EtcdClientOptions _options;
    private readonly EndpointPool _pool;
    private readonly EtcdTransport _transport;
    private readonly KeepAliveStreams _keepAlives;
    private readonly WatchStreams _watches;
    private bool _disposed;

    /// <summary>Creates a client; no connection is made yet.</summary>
    /// <exception cref="ArgumentException">Options are out of range; the message names all of them.</exception>
    public EtcdClient(EtcdClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionProblems.ThrowIfAny("The etcd client options", options.Validate(), nameof(options));
        _options = options;
        var log = options.LoggerFactory.CreateLogger<EtcdClient>();
        _pool = new EndpointPool(options, log);
        _transport = new EtcdTransport(options, _pool, log);
        _keepAlives = new KeepAliveStreams(_transport, options);
        _watches = new WatchStreams(_transport, options);
        Auth = new EtcdAuth(this);
    }

    /// <inheritdoc/>
    public ImmutableArray<Uri> Endpoints => _options.Endpoints;

    /// <summary>Users, roles and permissions of the cluster.</summary>
    public EtcdAuth Auth { get; }

    /// <inheritdoc/>
    public async Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(get);
        return (await CallAsync(
            static (etcd, op, call) => etcd.KVClient.RangeAsync(op, call), get.ToProto(), isRead: true, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(put);
        return (await CallAsync(
            static (etcd, op, call) => etcd.KVClient.PutAsync(op, call), put.ToProto(), isRead: false, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(delete);
        return (await CallAsync(
            static (etcd, op, call) => etcd.KVClient.DeleteRangeAsync(op, call),
            delete.ToProto(), isRead: false, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(txn);
        if (CoordinationMeter.EtcdTxn.Enabled)
        {
            CoordinationMeter.EtcdTxn.Record(EtcdCall.SizeOf(txn));
        }

        return (await CallAsync(
            static (etcd, op, call) => etcd.KVClient.TxnAsync(op, call), txn.ToProto(), isRead: false, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default)
    {
        var request = new CompactionRequest { Revision = revision.Value, Physical = physical };
        return (await CallAsync(
            static (etcd, op, call) => etcd.KVClient.CompactAsync(op, call),
            request, isRead: false, cancellationToken).ConfigureAwait(false)).Header.ToHeader();
    }

    /// <inheritdoc/>
    public async Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default)
    {
        if (ttl < TimeSpan.FromSeconds(1))
        {
            throw new EtcdException(
                CoordinationErrorKind.InvalidRequest, WriteOutcome.NotApplied, $"The TTL of a lease is {ttl}; at least one second is required");
        }

        var request = new LeaseGrantRequest { TTL = (long)Math.Ceiling(ttl.TotalSeconds), ID = id.Value };
        var response = await CallAsync(
            static (etcd, op, call) => etcd.LeaseClient.LeaseGrantAsync(op, call), request, isRead: false, cancellationToken).ConfigureAwait(false);
        return LeaseReplies.Granted(response, request);
    }

    /// <inheritdoc/>
    public async Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default)
    {
        var request = new LeaseRevokeRequest { ID = id.Value };
        return (await CallAsync(
            static (etcd, op, call) => etcd.LeaseClient.LeaseRevokeAsync(op, call),
            request, isRead: false, cancellationToken).ConfigureAwait(false)).Header.ToHeader();
    }

    /// <inheritdoc/>
    public Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _keepAlives.RenewAsync(id, timeout, cancellationToken);

    /// <inheritdoc/>
    public async Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default)
    {
        var request = new LeaseTimeToLiveRequest { ID = id.Value, Keys = withKeys };
        var response = await CallAsync(
            static (etcd, op, call) => etcd.LeaseClient.LeaseTimeToLiveAsync(op, call), request, isRead: true, cancellationToken).ConfigureAwait(false);
        return LeaseReplies.Info(response);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(
            static (etcd, op, call) => etcd.LeaseClient.LeaseLeasesAsync(op, call),
            new LeaseLeasesRequest(), isRead: true, cancellationToken).ConfigureAwait(false);
        return [.. response.Leases.Select(lease => new LeaseId(lease.ID))];
    }

    /// <inheritdoc/>
    public IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(onSignal);
        RequestLimits.CheckKeys(spec.Keys, "watch");
        return _watches.Watch(spec, onSignal);
    }

    /// <inheritdoc/>
    public async Task<EndpointStatus> GetStatusAsync(Uri? endpoint = null, CancellationToken cancellationToken = default)
    {
        var asked = Find(endpoint);
        var response = await _transport.UnaryAsync(asked,
            static (etcd, op, call) => etcd.MaintenanceClient.StatusAsync(op, call), new StatusRequest(), cancellationToken).ConfigureAwait(false);
        return response.ToStatus(asked.Address);
    }

    /// <inheritdoc/>
    public async Task<EndpointHealth> CheckHealthAsync(Uri? endpoint = null, CancellationToken cancellationToken = default)
    {
        var asked = Find(endpoint);
        var begun = _options.TimeProvider.GetTimestamp();
        var error = await EndpointHealth.AskAsync(_transport, asked, cancellationToken).ConfigureAwait(false);
        return new EndpointHealth(asked.Address, error is null, _options.TimeProvider.GetElapsedTime(begun), error);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<EtcdMember>> ListMembersAsync(CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(
            static (etcd, op, call) => etcd.ClusterClient.MemberListAsync(op, call),
            new MemberListRequest(), isRead: true, cancellationToken).ConfigureAwait(false);
        return [.. response.Members.Select(ProtoMapping.ToMember)];
    }

    /// <summary>Closes all streams and connections; open calls fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _keepAlives.DisposeAsync().ConfigureAwait(false);
        await _watches.DisposeAsync().ConfigureAwait(false);
        _transport.Dispose();
        _pool.Dispose();
    }

    /// <summary>
    /// One request. It moves on to another endpoint while that is safe: always for reads, for writes only when the failed endpoint certainly did not apply
    /// it. At most one attempt per endpoint, and again while <see cref="EtcdClientOptions.RetryLimit"/> lasts.
    /// </summary>
    internal async Task<TResponse> CallAsync<TRequest, TResponse>(
        EtcdRpc<TRequest, TResponse> rpc, TRequest request, bool isRead, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
    {
        RequestLimits.CheckSize(request.CalculateSize());
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        var begun = _options.TimeProvider.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var endpoint = _pool.Current;
            var call = EtcdCall.Begin<TRequest>(endpoint.Address);
            try
            {
                var response = await _transport.UnaryAsync(endpoint, rpc, request, cancellationToken).ConfigureAwait(false);
                call?.Succeed();
                return response;
            }
            catch (OperationCanceledException e)
            {
                call?.Fail(e);
                throw;
            }
            catch (EtcdException error)
            {
                call?.Fail(error);
                if (error is { MayWorkElsewhere: true, IsOfAnotherMember: false })
                {
                    _pool.MoveFrom(endpoint, error.Message);
                }

                var mayRepeat = error.MayWorkElsewhere && (isRead || error.Outcome == WriteOutcome.NotApplied);
                if (!mayRepeat || (attempt >= _pool.Count && !HasTime(error, begun)))
                {
                    throw;
                }
            }

            if (attempt % _pool.Count == 0)
            {
                await Task.Delay(BetweenRounds.After(attempt / _pool.Count, Random.Shared), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool HasTime(EtcdException error, long begun) =>
        error.Kind is not (CoordinationErrorKind.SecurityFailure or CoordinationErrorKind.NoSpace) && _options.TimeProvider.GetElapsedTime(begun) < _options.RetryLimit;

    private Endpoint Find(Uri? endpoint) => endpoint is null ? _pool.Current : _pool.Find(endpoint)
        ?? throw new ArgumentException($"'{endpoint}' is none of this client's endpoints: {string.Join(", ", Endpoints)}.", nameof(endpoint));
}
