using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Etcdserverpb;

namespace Coordination.Embedded.Tests.Testing;

/// <summary>A watch stream that is read one response at a time.</summary>
internal sealed class TestWatch : IAsyncDisposable
{
    private readonly GrpcDuplexCall<WatchRequest, WatchResponse> _call;
    private readonly IAsyncEnumerator<WatchResponse> _responses;

    public TestWatch(GrpcChannel channel, CancellationToken cancellationToken)
    {
        _call = channel.Duplex(EtcdMethods.Watch, default, cancellationToken);
        _responses = _call.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
    }

    public ValueTask SendAsync(WatchCreateRequest request) => _call.WriteAsync(new WatchRequest { CreateRequest = request });

    public ValueTask SendAsync(WatchRequest request) => _call.WriteAsync(request);

    public void CompleteWriting() => _call.CompleteWriting();

    public async Task<WatchResponse> NextAsync() =>
        await _responses.MoveNextAsync() ? _responses.Current : throw new InvalidOperationException("The watch stream has ended.");

    public async ValueTask DisposeAsync() => await _call.DisposeAsync();
}
