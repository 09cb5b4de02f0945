using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;
using Coordination.Messages;

namespace Coordination.IntegrationTests.Discovery;

public sealed class RegistrationOnEmbedded(EmbeddedFixture fixture) : RegistrationContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class RegistrationOnRealEtcd(RealEtcdFixture fixture) : RegistrationContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What registrations and views promise while etcd is up, whatever others do to the keys.</summary>
public abstract class RegistrationContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _service = $"s{Guid.NewGuid():N}";

    private EtcdServer Server => fixture.Server;

    private string Prefix => $"/services/{_service}/";

    [Fact]
    public async Task An_instance_comes_up_changes_without_a_blink_and_goes()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem("other");
        using var discovery = other.Discover(_service);
        await discovery.WaitForViewAsync(Limit);
        await using var changes = discovery.ChangesAsync().GetAsyncEnumerator();
        Assert.Equal(ViewReason.Snapshot, Assert.IsType<ServiceChange.Resynced>(await NextAsync(changes)).Reason);

        var registration = system.Register(Instance("a", 1) with { State = InstanceState.Starting });
        await registration.WaitUntilRegisteredAsync(Limit);
        var up = Assert.IsType<ServiceChange.Up>(await NextAsync(changes));
        await registration.SetStateAsync(InstanceState.Serving);
        var serving = Assert.IsType<ServiceChange.Changed>(await NextAsync(changes));
        await registration.UpdateAsync(i => i with { Weight = 7, Metadata = i.Metadata.Add("k", "v") });
        var weighted = Assert.IsType<ServiceChange.Changed>(await NextAsync(changes));
        await registration.SetStateAsync(InstanceState.Draining);
        var draining = Assert.IsType<ServiceChange.Changed>(await NextAsync(changes));
        await registration.DeregisterAsync();
        var down = Assert.IsType<ServiceChange.Down>(await NextAsync(changes));

        Assert.Equal((InstanceState.Starting, registration.Lease, (Bytes)(Prefix + "a")), (up.Instance.State, up.Instance.Lease, up.Instance.Key));
        Assert.Equal(InstanceState.Serving, serving.Instance.State);
        Assert.Equal((7, "v"), (weighted.Instance.Weight, weighted.Instance.Metadata["k"]));
        Assert.Equal(InstanceState.Draining, draining.Instance.State);
        Assert.Equal("a", down.Instance.Id);
        Assert.Equal(RegistrationState.Deregistered, registration.State);
        await registration.DeregisterAsync();
        await registration.DisposeAsync();
        var late = await Assert.ThrowsAsync<CoordinationException>(() => registration.SetStateAsync(InstanceState.Serving));
        Assert.Equal(CoordinationErrorKind.Stopped, late.Kind);
        await using var again = system.Register(Instance("a", 1));
        await again.WaitUntilRegisteredAsync(Limit);
    }

    [Fact]
    public async Task A_layout_without_a_state_shows_only_who_serves()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var registration = system.Register(
            Address(1) with { State = InstanceState.Starting }, new RegistrationOptions { Layout = ServiceLayout.Plain() });
        await registration.WaitUntilRegisteredAsync(Limit);
        Assert.Null(await ValueAsync(etcd, "10.0.0.1:1"));

        await registration.SetStateAsync(InstanceState.Serving);
        Assert.Equal("10.0.0.1:1", await ValueAsync(etcd, "10.0.0.1:1"));
        await registration.SetStateAsync(InstanceState.Draining);
        Assert.Null(await ValueAsync(etcd, "10.0.0.1:1"));
        await registration.SetStateAsync(InstanceState.Serving);
        Assert.Equal("10.0.0.1:1", await ValueAsync(etcd, "10.0.0.1:1"));
    }

    [Fact]
    public async Task Many_instances_share_the_session_and_one_with_its_own_lease_lives_apart()
    {
        await using var etcd = Server.CreateClient();
        var system = Server.StartSystem();
        var shared = Enumerable.Range(1, 20).Select(n => system.Register(Address(n))).ToList();
        var own = system.Register(Address(99), new RegistrationOptions { OwnLease = true, Ttl = TimeSpan.FromSeconds(7) });
        await Task.WhenAll(shared.Append(own).Select(r => r.WaitUntilRegisteredAsync(Limit)));

        Assert.Single(shared.Select(r => r.Lease).Distinct());
        Assert.NotEqual(shared[0].Lease, own.Lease);
        Assert.Equal(TimeSpan.FromSeconds(7), (await etcd.GetLeaseAsync(own.Lease)).Granted);
        await own.DeregisterAsync();
        Assert.DoesNotContain(own.Lease, await etcd.ListLeasesAsync());
        var another = system.Register(Address(98), new RegistrationOptions { OwnLease = true });
        await another.WaitUntilRegisteredAsync(Limit);

        await system.DisposeAsync();

        Assert.Equal(0, (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(Prefix)))).Count);
        Assert.DoesNotContain(another.Lease, await etcd.ListLeasesAsync());
    }

    [Fact]
    public async Task Keys_that_somebody_deletes_or_overwrites_come_back()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var registration = system.Register(Instance("a", 1));
        await registration.WaitUntilRegisteredAsync(Limit);
        var value = await ValueAsync(etcd, "a");

        await etcd.DeleteAsync(new EtcdOp.Delete(Prefix + "a"));
        await etcd.UntilAsync(Prefix + "a", kv => kv?.Lease == registration.Lease);
        await etcd.PutAsync(new EtcdOp.Put(Prefix + "a", "garbage"));
        var back = await etcd.UntilAsync(Prefix + "a", kv => kv?.Value == (Bytes)value! && kv.Lease == registration.Lease);

        Assert.Equal(3, back!.Version);
    }

    [Fact]
    public async Task A_revoked_lease_is_replaced_and_the_instance_is_back()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var shared = system.Register(Instance("a", 1));
        await using var own = system.Register(Instance("b", 1), new RegistrationOptions { OwnLease = true });
        await shared.WaitUntilRegisteredAsync(Limit);
        await own.WaitUntilRegisteredAsync(Limit);
        var (session, lease) = (shared.Lease, own.Lease);

        await etcd.RevokeLeaseAsync(lease);
        await etcd.RevokeLeaseAsync(session);

        await etcd.UntilAsync(Prefix + "a", kv => kv is not null && kv.Lease != session);
        await etcd.UntilAsync(Prefix + "b", kv => kv is not null && kv.Lease != lease);
        Assert.Equal(RegistrationState.Registered, (await own.UntilAsync(RegistrationState.Registered)).State);
    }

    [Fact]
    public async Task Who_holds_an_id_keeps_it_and_the_other_one_gets_it_when_it_is_free()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        await using var etcd = Server.CreateClient();
        var first = one.Register(Instance("a", 1));
        await first.WaitUntilRegisteredAsync(Limit);
        var revision = (await etcd.GetAsync(new EtcdOp.Get(Prefix + "a"))).First!.ModRevision;

        var second = two.Register(Instance("a", 2));
        var conflict = await second.UntilAsync(RegistrationState.Conflict);
        var refused = await Assert.ThrowsAsync<CoordinationException>(() => second.WaitUntilRegisteredAsync(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(revision, (await etcd.GetAsync(new EtcdOp.Get(Prefix + "a"))).First!.ModRevision);
        await first.DeregisterAsync();
        await second.WaitUntilRegisteredAsync(Limit);

        Assert.Contains("10.0.0.1:1", conflict.Problem, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1:1", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => two.Register(Instance("a", 3)));
    }

    [Fact]
    public async Task The_successor_of_a_crashed_process_takes_its_place_over_at_once_and_without_a_blink()
    {
        var crashed = Server.StartSystem("crashed", TimeSpan.FromSeconds(60));
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await crashed.Register(Instance("a", 1)).WaitUntilRegisteredAsync(Limit);
        await crashed.AbortAsync();

        await using var registration = system.Register(Instance("a", 1));
        await registration.WaitUntilRegisteredAsync(Limit);
        var stored = (await etcd.GetAsync(new EtcdOp.Get(Prefix + "a"))).First!;

        Assert.Equal((2, registration.Lease), (stored.Version, stored.Lease));
    }

    [Fact]
    public async Task Who_keeps_overwriting_is_left_alone_after_a_few_repairs_and_reported()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var registration = system.Register(Instance("a", 1));
        await registration.WaitUntilRegisteredAsync(Limit);
        for (var n = 0; n < 4; n++)
        {
            await etcd.PutAsync(new EtcdOp.Put(Prefix + "a", "intruder:1"));
            if (n < 3)
            {
                await etcd.UntilAsync(Prefix + "a", kv => kv?.Lease == registration.Lease);
            }
        }

        Assert.Contains("intruder:1", (await registration.UntilAsync(RegistrationState.Conflict)).Problem, StringComparison.Ordinal);
        Assert.Equal("intruder:1", await ValueAsync(etcd, "a"));
        await etcd.DeleteAsync(new EtcdOp.Delete(Prefix + "a"));
        await registration.UntilAsync(RegistrationState.Registered);
    }

    [Fact]
    public async Task One_watch_serves_all_services_of_a_layout()
    {
        await using var system = Server.StartSystem();
        var layout = ServiceLayout.Json($"/all/{_service}/{{service}}/{{id}}");
        var options = new DiscoveryOptions { Layout = layout, Scope = DiscoveryScope.AllServices };
        using var red = system.Discover("red", options);
        await red.WaitForViewAsync(Limit);
        await using var r = system.Register(Instance("r", 1) with { Service = "red" }, new RegistrationOptions { Layout = layout });
        await using var b = system.Register(Instance("b", 1) with { Service = "blue" }, new RegistrationOptions { Layout = layout });
        await red.UntilIdsAsync("r");
        await b.WaitUntilRegisteredAsync(Limit);

        using var blue = system.Discover("blue", options);
        await blue.UntilIdsAsync("b");
        using var none = system.Discover("none", options);
        var empty = await none.WaitForViewAsync(Limit);

        Assert.True(empty.IsKnown);
        Assert.Empty(empty.Instances);
        Assert.False(empty.IsStale);
    }

    [Fact]
    public async Task Subscribed_actors_are_told_and_the_event_stream_too()
    {
        using var kit = new TestKit();
        await using var system = CoordinationSystem.Start(
            new CoordinationOptions { Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint] } }, null, kit.Sys);
        var (one, two, bus) = (kit.CreateTestProbe(), kit.CreateTestProbe(), kit.CreateTestProbe());
        kit.Sys.EventStream.Subscribe(bus.Ref, typeof(ServiceChange));
        using var discovery = system.Discover(_service);
        system.Actor.Tell(new ServiceRequest.Subscribe(_service), one.Ref);
        one.ExpectMsg<ServiceChange.Resynced>();

        await using var registration = system.Register(Instance("a", 1));
        Assert.Equal("a", one.ExpectMsg<ServiceChange.Up>().Instance.Id);

        // Both go the same way: when the second is answered, the first is done.
        system.Actor.Tell(new ServiceRequest.Unsubscribe(_service), one.Ref);
        system.Actor.Tell(new ServiceRequest.Subscribe(_service), two.Ref);
        Assert.Equal("a", Assert.Single(two.ExpectMsg<ServiceChange.Resynced>().View.Instances).Id);
        await registration.SetStateAsync(InstanceState.Draining);
        two.ExpectMsg<ServiceChange.Changed>();
        kit.Sys.Stop(two.Ref);
        await registration.DeregisterAsync();

        bus.ExpectMsg<ServiceChange.Resynced>();
        bus.ExpectMsg<ServiceChange.Up>();
        bus.ExpectMsg<ServiceChange.Changed>();
        bus.ExpectMsg<ServiceChange.Down>();
        one.ExpectNoMsg(TimeSpan.Zero);
    }

    private static async Task<ServiceChange> NextAsync(IAsyncEnumerator<ServiceChange> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(Limit));
        return changes.Current;
    }

    private static async Task<string?> ValueAsync(EtcdClient etcd, Bytes key) => (await etcd.GetAsync(new EtcdOp.Get(key))).First?.Value.ToText();

    private Task<string?> ValueAsync(EtcdClient etcd, string id) => ValueAsync(etcd, (Bytes)(Prefix + id));

    private ServiceInstance Instance(string id, int n) => Address(n) with { Id = id };

    private ServiceInstance Address(int n) => new() { Service = _service, Host = $"10.0.0.{n}", Port = n };
}
