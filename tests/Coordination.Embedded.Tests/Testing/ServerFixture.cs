using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Testing;

/// <summary>A server on a free port with a clock that stands still, and a client for it.</summary>
public abstract class ServerFixture : IAsyncLifetime
{
    protected EmbeddedEtcd Etcd { get; private set; } = null!;

    internal VirtualTimeProvider Time { get; } = new();

    internal GrpcChannel Channel { get; private set; } = null!;

    protected static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public async Task InitializeAsync()
    {
        Etcd = await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { TimeProvider = Time });
        Channel = new GrpcChannel(Etcd.Endpoint);
    }

    public async Task DisposeAsync()
    {
        Channel.Dispose();
        await Etcd.DisposeAsync();
    }

    internal static ByteString B(string text) => ByteString.CopyFromUtf8(text);

    internal async Task<long> PutAsync(string key, string value = "v", long lease = 0) =>
        (await Channel.UnaryAsync(EtcdMethods.Put, new PutRequest { Key = B(key), Value = B(value), Lease = lease }, default, Deadline)).Header.Revision;

    internal async Task<RangeResponse> GetAsync(string key) =>
        await Channel.UnaryAsync(EtcdMethods.Range, new RangeRequest { Key = B(key) }, default, Deadline);

    internal async Task<long> GrantAsync(long ttl) =>
        (await Channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { TTL = ttl }, default, Deadline)).ID;

    internal static async Task<GrpcException> FailsAsync(Task call) => await Assert.ThrowsAsync<GrpcException>(() => call);
}
