using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordination.Embedded.Tests.Testing;

/// <summary>A watch stream that is read one response at a time.</summary>
internal sealed class TestWatch(GrpcChannel channel, CancellationToken cancellationToken) : IDisposable
{
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call = new Watch.WatchClient(channel).Watch(cancellationToken: cancellationToken);

    public Task SendAsync(WatchCreateRequest request) => SendAsync(new WatchRequest { CreateRequest = request });

    public Task SendAsync(WatchRequest request) => _call.RequestStream.WriteAsync(request);

    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    public async Task<WatchResponse> NextAsync() => await _call.ResponseStream.MoveNext(cancellationToken)
        ? _call.ResponseStream.Current
        : throw new InvalidOperationException("The watch stream has ended.");

    public void Dispose() => _call.Dispose();
}
