using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Discovery;

public sealed class ServiceFaultsOnEmbedded(EmbeddedFixture fixture) : ServiceFaultContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ServiceFaultsOnRealEtcd(RealEtcdFixture fixture) : ServiceFaultContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What registrations and views promise when the network misbehaves between them and etcd: a proxy drops, cuts and hangs.</summary>
public abstract class ServiceFaultContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _service = $"f{Guid.NewGuid():N}";

    private EtcdServer Server => fixture.Server;

    private Bytes Key => $"/services/{_service}/a";

    private ServiceInstance Instance => new() { Service = _service, Id = "a", Host = "10.0.0.1", Port = 1 };

    [Fact]
    public async Task A_registration_whose_reply_is_lost_is_recognised_and_written_once()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartAsync(proxy);
        await using var first = system.Register(Instance with { Id = "first" });
        await first.WaitUntilRegisteredAsync(Limit);
        proxy.DropReplies = true;
        await using var registration = system.Register(Instance);
        await etcd.UntilAsync(Key, kv => kv is not null);
        Heal(proxy);
        await registration.WaitUntilRegisteredAsync(Limit);

        Assert.Equal(1, (await etcd.GetAsync(new EtcdOp.Get(Key))).First!.Version);
    }

    [Fact]
    public async Task A_deregistration_whose_caller_gave_up_and_whose_reply_is_lost_leaves_nothing()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartAsync(proxy);
        var registration = system.Register(Instance);
        await registration.WaitUntilRegisteredAsync(Limit);
        proxy.DropReplies = true;
        using var cancel = new CancellationTokenSource();
        var leaving = registration.DeregisterAsync(cancel.Token);
        await etcd.UntilGoneAsync(Key);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Heal(proxy);
        await registration.DeregisterAsync().WaitAsync(Limit);

        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(Key))).First);
        await using var again = system.Register(Instance);
        await again.WaitUntilRegisteredAsync(Limit);
        await again.DeregisterAsync();
        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(Key))).First);
    }

    [Fact]
    public async Task A_registration_that_was_ended_before_its_put_was_made_leaves_nothing()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartAsync(proxy);
        await using var first = system.Register(Instance with { Id = "first" });
        await first.WaitUntilRegisteredAsync(Limit);
        proxy.DropReplies = true;
        var registration = system.Register(Instance);
        var leaving = registration.DeregisterAsync();
        await etcd.UntilAsync(Key, kv => kv is not null);
        Heal(proxy);
        await leaving.WaitAsync(Limit);

        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(Key))).First);
        Assert.NotNull((await etcd.GetAsync(new EtcdOp.Get($"/services/{_service}/first"))).First);
    }

    [Fact]
    public async Task Who_gets_no_replies_loses_its_lease_and_registers_again_when_they_come_again()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = Server.StartSystem(ttl: TimeSpan.FromSeconds(3), endpoint: proxy.Endpoint, requestTimeout: TimeSpan.FromSeconds(1));
        await using var registration = system.Register(Instance);
        await registration.WaitUntilRegisteredAsync(Limit);
        var lease = registration.Lease;

        proxy.DropReplies = true;
        await registration.UntilAsync(RegistrationState.Recovering);
        Heal(proxy);
        await registration.WaitUntilRegisteredAsync(Limit);

        Assert.NotEqual(lease, registration.Lease);
        Assert.Equal(registration.Lease, (await etcd.GetAsync(new EtcdOp.Get(Key))).First!.Lease);
    }

    [Fact]
    public async Task A_view_that_was_cut_off_while_the_history_was_compacted_gets_the_difference()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartAsync(proxy);
        foreach (var id in "abc")
        {
            await PutAsync(etcd, id, 1);
        }

        using var discovery = system.Discover(_service);
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a", "b", "c");
        proxy.Refuse = true;
        proxy.CutAll();
        await record.UntilAsync<ServiceChange.Stale>();
        await etcd.DeleteAsync(new EtcdOp.Delete($"/services/{_service}/a"));
        await PutAsync(etcd, 'b', 2);
        var last = await PutAsync(etcd, 'd', 1);
        await etcd.CompactAsync(last, physical: true);
        Assert.Equal(3, discovery.Current.Instances.Length);
        Heal(proxy);
        await record.UntilIdsAsync("b", "c", "d");

        var whole = Assert.Single(record.Told.OfType<ServiceChange.Resynced>(), r => r.Reason is ViewReason.HistoryLost);
        Assert.Equal(["Down", "Changed", "Up"], whole.Difference.Select(c => c.GetType().Name));
        Assert.False(record.WasEmptied);
    }

    [Fact]
    public async Task In_a_storm_of_resets_nothing_is_told_twice_or_left_out()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartAsync(proxy);
        using var discovery = system.Discover(_service);
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync();
        var random = new Random(7);
        for (var n = 0; n < 100; n++)
        {
            var id = (char)('a' + random.Next(4));
            if (random.Next(3) == 0)
            {
                await etcd.DeleteAsync(new EtcdOp.Delete($"/services/{_service}/{id}"));
            }
            else
            {
                await PutAsync(etcd, id, n + 1);
            }

            if (n % 10 == 0)
            {
                proxy.CutAll();
            }
        }

        await PutAsync(etcd, 'z', 1);
        await record.UntilAsync(told => told.Any(c => c is ServiceChange.Up { Instance.Id: "z" } or ServiceChange.Resynced { View.Instances: [.., { Id: "z" }] }));

        await record.CheckAgainstAsync(etcd);
    }

    [Fact]
    public async Task Over_a_slow_connection_the_view_lags_and_nothing_else_happens()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = Server.StartSystem(ttl: TimeSpan.FromSeconds(20), endpoint: proxy.Endpoint);
        await using var registration = system.Register(Instance);
        await registration.WaitUntilRegisteredAsync(Limit);
        using var discovery = system.Discover(_service);
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a");
        var lease = registration.Lease;

        proxy.Delay = TimeSpan.FromMilliseconds(200);
        await PutAsync(etcd, 'b', 1);
        await record.UntilIdsAsync("a", "b");
        proxy.Delay = TimeSpan.FromSeconds(2);
        await registration.UpdateAsync(i => i with { Weight = 7 });
        await PutAsync(etcd, 'c', 1);
        await record.UntilIdsAsync("a", "b", "c");
        proxy.Delay = TimeSpan.Zero;

        Assert.DoesNotContain(record.Told, c => c is ServiceChange.Stale);
        Assert.Equal((RegistrationState.Registered, lease), (registration.Health.State, registration.Lease));
        await record.CheckAgainstAsync(etcd);
    }

    [Fact]
    public async Task A_burst_of_more_than_four_MiB_comes_one_whole_revision_at_a_time()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartAsync(proxy);
        using var discovery = system.Discover(_service);
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync();
        proxy.Refuse = true;
        proxy.CutAll();
        await record.UntilAsync<ServiceChange.Stale>();

        // Some 15 KiB each, 80 of them at a revision, while nobody looks: the watch gets all of it at once when it resumes.
        var metadata = string.Join(',', Enumerable.Range(0, 60).Select(n => $"\"m{n}\":\"{new string('x', 240)}\""));
        for (var revision = 0; revision < 5; revision++)
        {
            await etcd.TxnAsync(new EtcdOp.Txn
            {
                Then = [.. Enumerable.Range(0, 80).Select(n => new EtcdOp.Put(
                    $"/services/{_service}/{revision}-{n:00}", $$$"""{"host":"10.0.0.1","port":{{{n + 1}}},"metadata":{ {{{metadata}}} }}"""))],
            });
        }

        Heal(proxy);
        var views = new List<int>();
        await discovery.UntilAsync(view =>
        {
            views.Add(view.Instances.Length);
            return view is { IsStale: false, Instances.Length: 400 };
        });
        await record.UntilAsync(told => told.OfType<ServiceChange.Up>().Count() == 400);

        Assert.All(views, count => Assert.Equal(0, count % 80));
        Assert.All(record.Told.OfType<ServiceChange.Up>().GroupBy(up => up.Revision), atOnce => Assert.Equal(80, atOnce.Count()));
        await record.CheckAgainstAsync(etcd);
    }

    [Fact]
    public async Task A_view_that_cannot_be_had_in_time_names_the_endpoint()
    {
        await using var system = Server.StartSystem(endpoint: new Uri("http://127.0.0.1:1"));
        using var discovery = system.Discover(_service);
        var registration = system.Register(Instance);

        var view = await Assert.ThrowsAsync<CoordinationException>(() => discovery.WaitForViewAsync(TimeSpan.FromMilliseconds(300)));
        var registered = await Assert.ThrowsAsync<CoordinationException>(() => registration.WaitUntilRegisteredAsync(TimeSpan.FromMilliseconds(300)));

        Assert.Equal(CoordinationErrorKind.Unavailable, view.Kind);
        Assert.Contains("http://127.0.0.1:1", view.Message, StringComparison.Ordinal);
        Assert.Contains("no lease", registered.Message, StringComparison.Ordinal);
        Assert.True(discovery.Current is { IsStale: true, IsKnown: false });
        await registration.DeregisterAsync().WaitAsync(Limit);
    }

    private static void Heal(TcpProxy proxy)
    {
        proxy.Refuse = false;
        proxy.BlackHole(false);
        proxy.CutAll();
    }

    private static async Task<CoordinationSystem> StartAsync(TcpProxy proxy)
    {
        var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = TimeSpan.FromSeconds(20),
            Etcd = new EtcdClientOptions { Endpoints = [proxy.Endpoint], RequestTimeout = TimeSpan.FromSeconds(1) },
        });
        await system.WaitUntilReadyAsync(Limit);
        return system;
    }

    private async Task<Revision> PutAsync(EtcdClient etcd, char id, int port) =>
        (await etcd.PutAsync(new EtcdOp.Put($"/services/{_service}/{id}", $"10.0.0.1:{port}"))).Header.Revision;
}
