using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class FailoverOnEmbedded(EmbeddedFixture fixture) : FailoverContract(fixture), IClassFixture<EmbeddedFixture>;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class FailoverOnRealEtcd(RealEtcdFixture fixture) : FailoverContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>A client with two endpoints, the first of which fails: what is sent again, where, and when. Both lead to the same server.</summary>
public abstract class FailoverContract(ServerFixture fixture)
{
    private readonly string _key = $"/test/{Guid.NewGuid():N}";

    private EtcdServer Server => fixture.Server;

    [Fact]
    public async Task A_write_whose_reply_is_lost_is_not_sent_to_the_next_endpoint_either()
    {
        await using var proxy = TcpProxy.To(Server.Endpoint);
        await using var etcd = Client(TimeSpan.FromSeconds(0.5), proxy);
        await etcd.GetAsync(_key);

        proxy.DropReplies = true;
        var error = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync(_key, "v"));

        Assert.Equal((WriteOutcome.Unknown, proxy.Endpoint), (error.Outcome, error.Endpoint));
        Assert.Equal(1, (await etcd.GetAsync(_key)).First!.Version);
    }

    [Fact]
    public async Task The_endpoint_in_use_is_kept_until_it_fails_and_so_is_the_next_one()
    {
        await using var proxy = TcpProxy.To(Server.Endpoint);
        await using var etcd = Client(TimeSpan.FromSeconds(5), proxy);
        for (var n = 0; n < 3; n++)
        {
            await etcd.PutAsync(_key, "v");
            Assert.Equal(proxy.Endpoint, (await etcd.GetStatusAsync()).Endpoint);
        }

        proxy.Refuse = true;
        proxy.CutAll();
        await etcd.GetAsync(_key);
        proxy.Refuse = false;
        for (var n = 0; n < 3; n++)
        {
            await etcd.PutAsync(_key, "v");
            Assert.Equal(Server.Endpoint, (await etcd.GetStatusAsync()).Endpoint);
        }
    }

    [Fact]
    public async Task An_endpoint_that_answers_nothing_any_more_is_left_long_before_the_time_of_a_request_is_over()
    {
        await using var proxy = TcpProxy.To(Server.Endpoint);
        await using var etcd = Client(TimeSpan.FromSeconds(8), proxy);
        await etcd.PutAsync(_key, "v");

        proxy.BlackHole(true);
        var since = TimeProvider.System.GetTimestamp();
        var read = await etcd.GetAsync(_key);

        Assert.Equal("v", read.First!.Value.ToText());
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(7));
        Assert.Equal(Server.Endpoint, (await etcd.GetStatusAsync()).Endpoint);
    }

    [Fact]
    public async Task A_request_that_is_only_slow_is_waited_for()
    {
        await using var proxy = TcpProxy.To(Server.Endpoint);
        await using var etcd = Client(TimeSpan.FromSeconds(20), proxy);
        await etcd.GetAsync(_key);

        proxy.Delay = TimeSpan.FromSeconds(0.7);
        await etcd.PutAsync(_key, "v");

        Assert.Equal(proxy.Endpoint, (await etcd.GetStatusAsync()).Endpoint);
    }

    private EtcdClient Client(TimeSpan requestTimeout, TcpProxy first) => new(new EtcdClientOptions
    {
        Endpoints = [first.Endpoint, Server.Endpoint],
        RequestTimeout = requestTimeout,
        RetryLimit = TimeSpan.FromSeconds(10),
        WatchSilenceLimit = TimeSpan.Zero,
    });
}
