using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>One of the two servers that are compared.</summary>
internal sealed class Side(string name, Uri endpoint) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Name { get; } = name;

    public Uri Endpoint { get; } = endpoint;

    /// <summary>Which etcd it says it is.</summary>
    public Version Release { get; private set; } = new();

    public GrpcChannel Channel { get; } = GrpcChannel.ForAddress(endpoint);

    /// <summary>How every call is made: not for ever, and in the name of a user when there is a token.</summary>
    public static CallOptions Options(string? token = null, CancellationToken cancellationToken = default) =>
        new(token is null ? null : new Metadata { { "token", token } }, (TimeProvider.System.GetUtcNow() + Patience).UtcDateTime, cancellationToken);

    public async Task LearnReleaseAsync() => Release = Version.Parse((await SendAsync<StatusResponse>(new StatusRequest())).Version);

    public WatchRecorder OpenWatches() => new(Channel);

    public void Dispose() => Channel.Dispose();

    public async Task<TResponse> SendAsync<TResponse>(IMessage request, string? token = null, CancellationToken cancellationToken = default)
        where TResponse : IMessage =>
        (TResponse)await Channel.CreateCallInvoker().AsyncUnaryCall(EtcdApi.Of(request), null, Options(token, cancellationToken), request);

    /// <summary>The reply or the refusal, as text.</summary>
    public async Task<string> AskAsync(IMessage request, string? token = null)
    {
        try
        {
            return Canonical.Of(request is LeaseKeepAliveRequest renewal ? await RenewAsync(renewal, token) : await SendAsync<IMessage>(request, token));
        }
        catch (RpcException e)
        {
            return Canonical.Of(e);
        }
    }

    private async Task<IMessage> RenewAsync(LeaseKeepAliveRequest renewal, string? token)
    {
        using var call = new Lease.LeaseClient(Channel).LeaseKeepAlive(Options(token));
        await call.RequestStream.WriteAsync(renewal);
        return await call.ResponseStream.MoveNext()
            ? call.ResponseStream.Current
            : throw new InvalidOperationException("The keep-alive stream ended without a reply.");
    }
}
