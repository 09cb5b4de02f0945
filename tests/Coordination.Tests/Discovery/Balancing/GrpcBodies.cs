using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordination.Tests.Discovery.Balancing;

/// <summary>The bodies that Grpc.Net.Client makes, caught before they are sent.</summary>
internal static class GrpcBodies
{
    public static async Task<(HttpContent Unary, HttpContent Duplex)> CatchAsync()
    {
        var caught = new Catching();
        using var channel = GrpcChannel.ForAddress("http://greeter", new GrpcChannelOptions { HttpHandler = caught });
        var etcd = new dotnet_etcd.EtcdClient(channel.CreateCallInvoker()).GetConnection();
        await Assert.ThrowsAsync<RpcException>(() => etcd.KVClient.RangeAsync(new RangeRequest()).ResponseAsync);
        using var stream = etcd.WatchClient.Watch();
        await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(CancellationToken.None));
        return (caught.Bodies[0], caught.Bodies[1]);
    }

    private sealed class Catching : HttpMessageHandler
    {
        public List<HttpContent> Bodies { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(request.Content!);
            return Task.FromException<HttpResponseMessage>(new HttpRequestException("caught"));
        }
    }
}
