using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>One of the two servers that are compared.</summary>
internal sealed class Side(string name, Uri endpoint) : IDisposable
{
    private readonly GrpcChannel _channel = new(endpoint);

    public string Name { get; } = name;

    public Uri Endpoint { get; } = endpoint;

    public GrpcChannel Channel => _channel;

    public WatchRecorder OpenWatches() => new(_channel);

    public void Dispose() => _channel.Dispose();

    public Task<TResponse> SendAsync<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        _channel.UnaryAsync(method, request, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10) });

    /// <summary>The reply of any method or its refusal, as text.</summary>
    public async Task<string> AskAsync<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcMetadata? metadata = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            return Canonical.Of(await _channel.UnaryAsync(method, request, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10), Metadata = metadata }));
        }
        catch (GrpcException e)
        {
            return Canonical.Of(e);
        }
    }

    /// <summary>The reply or the refusal, as text.</summary>
    public async Task<string> AskAsync(IMessage request)
    {
        try
        {
            return Canonical.Of(request switch
            {
                RangeRequest range => await SendAsync(EtcdMethods.Range, range),
                PutRequest put => await SendAsync(EtcdMethods.Put, put),
                DeleteRangeRequest delete => await SendAsync(EtcdMethods.DeleteRange, delete),
                TxnRequest txn => await SendAsync(EtcdMethods.Txn, txn),
                CompactionRequest compaction => await SendAsync(EtcdMethods.Compact, compaction),
                LeaseGrantRequest grant => await SendAsync(EtcdMethods.LeaseGrant, grant),
                LeaseRevokeRequest revoke => await SendAsync(EtcdMethods.LeaseRevoke, revoke),
                LeaseTimeToLiveRequest timeToLive => await SendAsync(EtcdMethods.LeaseTimeToLive, timeToLive),
                LeaseLeasesRequest leases => await SendAsync(EtcdMethods.LeaseLeases, leases),
                LeaseKeepAliveRequest renewal => await RenewAsync(renewal),
                HashKVRequest hash => await SendAsync(EtcdMethods.HashKV, hash),
                _ => throw new ArgumentException($"No call for {request.Descriptor.Name}.", nameof(request)),
            });
        }
        catch (GrpcException e)
        {
            return Canonical.Of(e);
        }
    }

    private async Task<IMessage> RenewAsync(LeaseKeepAliveRequest renewal)
    {
        await using var call = _channel.Duplex(EtcdMethods.LeaseKeepAlive, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10) });
        await call.WriteAsync(renewal);
        await foreach (var reply in call.ReadAllAsync())
        {
            return reply;
        }

        throw new InvalidOperationException("The keep-alive stream ended without a reply.");
    }
}
