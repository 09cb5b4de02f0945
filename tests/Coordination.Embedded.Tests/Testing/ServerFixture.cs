using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Embedded.Tests.Testing;

/// <summary>A server on a free port with a clock that stands still, and a client for it.</summary>
public abstract class ServerFixture : IAsyncLifetime
{
    protected EmbeddedEtcd Etcd { get; private set; } = null!;

    internal FakeTimeProvider Time { get; } = new();

    internal LogCapture Logs { get; } = new();

    internal GrpcChannel Channel { get; private set; } = null!;

    internal KV.KVClient Kv => new(Channel);

    internal Lease.LeaseClient Leases => new(Channel);

    protected static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public async Task InitializeAsync()
    {
        Etcd = await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { TimeProvider = Time, LoggerFactory = Logs });

        // With a client of its own the channel does not wait a second before it connects again.
        Channel = GrpcChannel.ForAddress(Etcd.Endpoint, new GrpcChannelOptions { HttpClient = new HttpClient(), DisposeHttpClient = true });
    }

    public async Task DisposeAsync()
    {
        Channel.Dispose();
        await Etcd.DisposeAsync();
    }

    internal static ByteString B(string text) => ByteString.CopyFromUtf8(text);

    internal async Task<long> PutAsync(string key, string value = "v", long lease = 0) =>
        (await Kv.PutAsync(new PutRequest { Key = B(key), Value = B(value), Lease = lease }, cancellationToken: Deadline)).Header.Revision;

    internal async Task<RangeResponse> GetAsync(string key) => await Kv.RangeAsync(new RangeRequest { Key = B(key) }, cancellationToken: Deadline);

    internal async Task<long> GrantAsync(long ttl) => (await Leases.LeaseGrantAsync(new LeaseGrantRequest { TTL = ttl }, cancellationToken: Deadline)).ID;

    internal async Task UntilRevisionAsync(long revision)
    {
        while (Etcd.Revision < revision)
        {
            await Task.Yield();
        }
    }

    internal static async Task<RpcException> FailsAsync(Task call) => await Assert.ThrowsAsync<RpcException>(() => call);
}
