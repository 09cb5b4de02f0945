using System.Net;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Mvccpb;

namespace Coordination.Embedded.Tests.Server;

public sealed class EmbeddedEtcdTests : ServerFixture
{
    [Fact]
    public async Task It_listens_on_loopback_on_a_port_of_the_system_and_answers()
    {
        Assert.Equal("127.0.0.1", Etcd.Endpoint.Host);
        Assert.Equal(2, await PutAsync("/cron/lock/job1"));
        var reply = await GetAsync("/cron/lock/job1");
        Assert.Equal("v", reply.Kvs[0].Value.ToStringUtf8());
        Assert.Equal((Etcd.ClusterId, 2UL), (reply.Header.ClusterId, reply.Header.RaftTerm));
        Assert.Equal(2, Etcd.Revision);
    }

    [Fact]
    public async Task Refusals_travel_with_their_code_and_message()
    {
        var refusal = await FailsAsync(PutAsync(""));
        Assert.Equal((StatusCode.InvalidArgument, "etcdserver: key is not provided"), (refusal.StatusCode, refusal.Status.Detail));
        Assert.Equal(StatusCode.Unimplemented, (await FailsAsync(NoSuchMethodAsync())).StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, (await FailsAsync(PutAsync("a", new string('x', 2_200_000)))).StatusCode);
    }

    [Fact]
    public async Task A_watch_gets_events_also_after_the_client_has_sent_its_last_request()
    {
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("a") });
        Assert.True((await watch.NextAsync()).Created);
        await watch.CompleteAsync();
        await PutAsync("a");
        Assert.Equal(2, Assert.Single((await watch.NextAsync()).Events).Kv.ModRevision);
    }

    [Fact]
    public async Task A_lease_that_nobody_renews_expires_on_the_clock_of_the_server()
    {
        var lease = await GrantAsync(5);
        await PutAsync("a", lease: lease);
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("a") });
        await watch.NextAsync();
        Time.Advance(TimeSpan.FromSeconds(5.5));
        Assert.Equal(Event.Types.EventType.Delete, Assert.Single((await watch.NextAsync()).Events).Type);
    }

    [Fact]
    public async Task Keep_alives_are_answered_one_by_one_and_the_stream_ends_with_the_last()
    {
        var lease = await GrantAsync(5);
        using var call = Leases.LeaseKeepAlive(cancellationToken: Deadline);
        foreach (var id in new[] { lease, 99, lease })
        {
            await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = id });
        }

        await call.RequestStream.CompleteAsync();
        var ttls = new List<long>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync(Deadline))
        {
            ttls.Add(reply.TTL);
        }

        Assert.Equal([5L, 0L, 5L], ttls);
    }

    [Fact]
    public async Task Stopping_keeps_the_data_and_restarting_serves_it_on_the_same_port_in_a_new_term()
    {
        await PutAsync("a");
        var endpoint = Etcd.Endpoint;
        await Etcd.StopAsync();
        await Etcd.StopAsync();

        // Over a new connection: how a call fails on one that is just being closed is a matter of chance.
        using (var channel = GrpcChannel.ForAddress(endpoint))
        {
            var get = new KV.KVClient(channel).RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("a") }, cancellationToken: Deadline);
            Assert.Equal(StatusCode.Unavailable, (await FailsAsync(get.ResponseAsync)).StatusCode);
        }

        await Etcd.RestartAsync();
        Assert.Equal(endpoint, Etcd.Endpoint);
        var reply = await GetAsync("a");
        Assert.Equal((1L, 2L, 3UL), (reply.Count, reply.Header.Revision, reply.Header.RaftTerm));
    }

    [Fact]
    public async Task The_status_pages_answer_plain_http_and_http2()
    {
        using var http = new HttpClient { BaseAddress = Etcd.Endpoint };
        Assert.Equal("""{"etcdserver":"3.5.30","etcdcluster":"3.5.0"}""", await http.GetStringAsync(new Uri("/version", UriKind.Relative)));
        Assert.Equal("""{"health":"true","reason":""}""", await http.GetStringAsync(new Uri("/health?exclude=NOSPACE", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/v2/keys", UriKind.Relative))).StatusCode);
        using var http2 = new HttpRequestMessage(HttpMethod.Get, "/health") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await http.SendAsync(http2);
        Assert.Equal("""{"health":"true","reason":""}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Status_and_member_list_name_the_one_node()
    {
        var status = await new Maintenance.MaintenanceClient(Channel).StatusAsync(new StatusRequest(), cancellationToken: Deadline);
        var member = Assert.Single((await new Cluster.ClusterClient(Channel).MemberListAsync(new MemberListRequest(), cancellationToken: Deadline)).Members);
        Assert.Equal((status.Leader, "3.5.30"), (member.ID, status.Version));
        Assert.Equal(Etcd.Endpoint, new Uri(Assert.Single(member.ClientURLs)));
    }

    [Fact]
    public async Task Two_servers_are_two_clusters()
    {
        await using var other = await EmbeddedEtcd.StartAsync();
        Assert.NotEqual(Etcd.ClusterId, other.ClusterId);
    }

    [Theory]
    [InlineData(-1, "EmbeddedEtcdOptions.Port is -1; allowed: 0 to 65535.")]
    [InlineData(70000, "EmbeddedEtcdOptions.Port is 70000; allowed: 0 to 65535.")]
    public async Task Bad_options_are_refused_by_name(int port, string message)
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { Port = port }));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_an_IOException() =>
        await Assert.ThrowsAsync<IOException>(() => EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions { Port = Etcd.Endpoint.Port }));

    // A newer etcd has this method.
    private async Task NoSuchMethodAsync() =>
        await new Maintenance.MaintenanceClient(Channel).DowngradeAsync(new DowngradeRequest(), cancellationToken: Deadline);
}
