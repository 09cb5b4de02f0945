using System.Collections.Immutable;
using Coordination.Diagnostics;
using Coordination.Etcd.Protos;
using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Google.Protobuf;

namespace Coordination.Etcd;

/// <summary>
/// <see cref="IEtcdClient"/> over gRPC. All requests share one HTTP/2 connection per endpoint; all watches and all keep-alives share a few
/// streams.
/// </summary>
public sealed class EtcdClient : IEtcdClient
{
    private readonly EtcdClientOptions _options;
    private readonly EndpointPool _pool;
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
        _pool = new EndpointPool(options);
        _keepAlives = new KeepAliveStreams(_pool, options);
        _watches = new WatchStreams(_pool, options);
    }

    /// <inheritdoc/>
    public ImmutableArray<Uri> Endpoints => _options.Endpoints;

    // A member that lost its leader ends the stream or refuses the call instead of hanging.
    internal static GrpcCallOptions StreamOptions { get; } = new() { Metadata = new GrpcMetadata { { "hasleader", "true" } } };

    /// <inheritdoc/>
    public async Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(get);
        return (await CallAsync(EtcdMethods.Range, get.ToProto(), isRead: true, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(put);
        return (await CallAsync(EtcdMethods.Put, put.ToProto(), isRead: false, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(delete);
        return (await CallAsync(EtcdMethods.DeleteRange, delete.ToProto(), isRead: false, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(txn);
        if (CoordinationMeter.EtcdTxn.Enabled)
        {
            CoordinationMeter.EtcdTxn.Record(EtcdCall.SizeOf(txn));
        }

        return (await CallAsync(EtcdMethods.Txn, txn.ToProto(), isRead: false, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    /// <inheritdoc/>
    public async Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default)
    {
        var request = new CompactionRequest { Revision = revision.Value, Physical = physical };
        return (await CallAsync(EtcdMethods.Compact, request, isRead: false, cancellationToken).ConfigureAwait(false)).Header.ToHeader();
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
        var response = await CallAsync(EtcdMethods.LeaseGrant, request, isRead: false, cancellationToken).ConfigureAwait(false);
        return response.Error.Length == 0
            ? new LeaseGranted(new LeaseId(response.ID), TimeSpan.FromSeconds(response.TTL), response.Header.ToHeader())
            : throw new EtcdException(CoordinationErrorKind.Server, WriteOutcome.NotApplied, response.Error);
    }

    /// <inheritdoc/>
    public async Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default)
    {
        var request = new LeaseRevokeRequest { ID = id.Value };
        return (await CallAsync(EtcdMethods.LeaseRevoke, request, isRead: false, cancellationToken).ConfigureAwait(false)).Header.ToHeader();
    }

    /// <inheritdoc/>
    public Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _keepAlives.RenewAsync(id, timeout, cancellationToken);

    /// <inheritdoc/>
    public async Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default)
    {
        var request = new LeaseTimeToLiveRequest { ID = id.Value, Keys = withKeys };
        var response = await CallAsync(EtcdMethods.LeaseTimeToLive, request, isRead: true, cancellationToken).ConfigureAwait(false);
        return new LeaseInfo(
            new LeaseId(response.ID),
            TimeSpan.FromSeconds(response.TTL),
            TimeSpan.FromSeconds(response.GrantedTTL),
            [.. response.Keys.Select(Bytes.From)],
            response.Header.ToHeader());
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(EtcdMethods.LeaseLeases, new LeaseLeasesRequest(), isRead: true, cancellationToken).ConfigureAwait(false);
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
        var channel = endpoint is null ? _pool.Current : _pool.Find(endpoint)
            ?? throw new ArgumentException($"'{endpoint}' is none of this client's endpoints: {string.Join(", ", Endpoints)}.", nameof(endpoint));
        try
        {
            var response = await channel.UnaryAsync(EtcdMethods.Status, new StatusRequest(), CallOptions(StreamOptions.Metadata), cancellationToken)
                .ConfigureAwait(false);
            return new EndpointStatus(
                channel.Address, response.Header.ToHeader(), response.Version, response.Leader, response.DbSize, response.RaftIndex, [.. response.Errors]);
        }
        catch (GrpcException e)
        {
            throw EtcdErrors.Describe(e, channel.Address);
        }
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
        _pool.Dispose();
    }

    private GrpcCallOptions CallOptions(GrpcMetadata? metadata) => new() { Timeout = _options.RequestTimeout, Metadata = metadata };

    /// <summary>
    /// One request. It moves on to the next endpoint while that is safe: always for reads, for writes only when the failed endpoint certainly
    /// did not apply it. At most one attempt per endpoint.
    /// </summary>
    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, bool isRead, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        RequestLimits.CheckSize(request.CalculateSize());
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        for (var attempt = 1; ; attempt++)
        {
            var channel = _pool.Current;
            var call = EtcdCall.Begin(method.Path, channel.Address);
            try
            {
                await _pool.AdmitAsync(channel, cancellationToken).ConfigureAwait(false);
                var response = await channel.UnaryAsync(method, request, CallOptions(StreamOptions.Metadata), cancellationToken).ConfigureAwait(false);
                call?.Succeed();
                return response;
            }
            catch (OperationCanceledException e)
            {
                call?.Fail(e);
                throw;
            }
            catch (Exception e) when (e is GrpcException or EtcdException)
            {
                var error = e as EtcdException ?? EtcdErrors.Describe((GrpcException)e, channel.Address);
                call?.Fail(error);
                if (error.IsTransient)
                {
                    _pool.MoveFrom(channel);
                }

                if (!error.IsTransient || attempt >= _pool.Count || !(isRead || error.Outcome == WriteOutcome.NotApplied))
                {
                    throw error;
                }
            }
        }
    }
}
