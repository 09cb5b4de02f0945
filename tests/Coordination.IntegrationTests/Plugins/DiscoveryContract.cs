using System.Net;
using Akka.Discovery;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;
using Coordination.Plugins;

namespace Coordination.IntegrationTests.Plugins;

public sealed class DiscoveryPluginOnEmbedded(EmbeddedFixture fixture) : DiscoveryPluginContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class DiscoveryPluginOnRealEtcd(RealEtcdFixture fixture) : DiscoveryPluginContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>Akka's discovery method on etcd.</summary>
public abstract class DiscoveryPluginContract(ServerFixture fixture) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string _service = $"s{Guid.NewGuid():N}";
    private readonly List<ActorSystem> _started = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_started.Select(actors => actors.Terminate()));

    [Fact]
    public async Task A_node_registers_itself_is_found_and_is_gone_when_it_ends()
    {
        var (node, other) = (Method(Port(8558)), Method("register = off"));
        await node.Registration!.WaitUntilRegisteredAsync(Limit);

        var found = Assert.Single((await other.Lookup(_service, Limit)).Addresses);

        Assert.Equal(("127.0.0.1", 8558, IPAddress.Loopback), (found.Host, found.Port, found.Address));
        Assert.Null(other.Registration);
        await _started[0].Terminate().InTime();
        await using var etcd = fixture.Server.CreateClient();
        Assert.Equal(0, (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix($"/services/{_service}/")))).Count);
    }

    [Fact]
    public async Task A_lookup_with_a_port_name_finds_the_ports_of_that_name_and_one_without_finds_all()
    {
        var (management, remoting) = (Method(Port(8558, "management")), Method(Port(4053, "remoting")));
        await management.Registration!.WaitUntilRegisteredAsync(Limit);
        await remoting.Registration!.WaitUntilRegisteredAsync(Limit);
        var looks = Method("register = off");

        Assert.Equal([8558], Ports(await looks.Lookup(new Lookup(_service, "management", "tcp"), Limit)));
        Assert.Equal([4053], Ports(await looks.Lookup(new Lookup(_service, "remoting"), Limit)));
        Assert.Equal([4053, 8558], Ports(await looks.Lookup(_service, Limit)));
        Assert.Empty(Ports(await looks.Lookup(new Lookup(_service, "other"), Limit)));
    }

    [Fact]
    public async Task Lookups_after_the_first_send_nothing_and_are_answered_while_etcd_is_away()
    {
        await using var proxy = new TcpProxy(fixture.Server.Endpoint);
        var (node, looks) = (Method(Port(8558)), Method("register = off", proxy.Endpoint));
        await node.Registration!.WaitUntilRegisteredAsync(Limit);
        Assert.Single((await looks.Lookup(_service, Limit)).Addresses);

        proxy.BlackHole(true);
        var answers = Enumerable.Range(0, 1000).Select(_ => looks.Lookup(_service, TimeSpan.Zero)).ToList();

        Assert.All(answers, answer => Assert.True(answer.IsCompletedSuccessfully));
        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal([8558], Ports(answer)));
        proxy.BlackHole(false);
        proxy.CutAll();
    }

    [Fact]
    public async Task Other_services_of_this_library_are_found_and_those_that_drain_are_not()
    {
        await using var system = fixture.Server.StartSystem();
        var (serving, draining) = (Instance(1), Instance(2));
        await system.Register(serving).WaitUntilRegisteredAsync(Limit);
        await system.Register(draining with { State = InstanceState.Draining }).WaitUntilRegisteredAsync(Limit);

        Assert.Equal([1], Ports(await Method("register = off").Lookup(_service, Limit)));
    }

    [Fact]
    public async Task A_service_that_nobody_registered_is_empty()
    {
        Assert.Empty(Ports(await Method("register = off").Lookup(_service, Limit)));
    }

    [Fact]
    public async Task Without_etcd_the_first_lookup_fails_within_its_timeout_and_says_why()
    {
        var looks = Method("register = off", new Uri("http://127.0.0.1:1"));

        var error = await Assert.ThrowsAsync<CoordinationException>(() => looks.Lookup(_service, TimeSpan.FromMilliseconds(300)).InTime());

        Assert.Contains("http://127.0.0.1:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_a_port_and_a_service_that_cannot_be_one_are_refused_by_name()
    {
        var noPort = Assert.ThrowsAny<Exception>(() => Method("service-name = fine")).GetBaseException();
        var badName = Assert.ThrowsAny<Exception>(() => Method("service-name = \"a/b\", port = 99999, host = \"a b\"")).GetBaseException();

        Assert.Contains("register = off", noPort.Message, StringComparison.Ordinal);
        Assert.All(["'a/b'", "'99999'", "'a b'"], text => Assert.Contains(text, badName.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_management_port_is_taken_where_it_is_configured()
    {
        var actors = Start(fixture.Server.Endpoint, $$"""
            akka.discovery { method = etcd, etcd.service-name = {{_service}} }
            akka.management.http { hostname = "127.0.0.5", port = 18558 }
            """);

        var method = (EtcdServiceDiscovery)Akka.Discovery.Discovery.Get(actors).Default;
        await method.Registration!.WaitUntilRegisteredAsync(Limit);

        Assert.Equal("127.0.0.5:18558", method.Registration.Instance.Address);
    }

    private static IEnumerable<int> Ports(Akka.Discovery.ServiceDiscovery.Resolved resolved) => resolved.Addresses.Select(address => address.Port!.Value).Order();

    private string Port(int port, string name = "") => $"service-name = {_service}, host = 127.0.0.1, port = {port}, port-name = \"{name}\"";

    private ServiceInstance Instance(int port) => new() { Service = _service, Host = "127.0.0.1", Port = port };

    private EtcdServiceDiscovery Method(string settings, Uri? endpoint = null) => (EtcdServiceDiscovery)Akka.Discovery.Discovery.Get(
        Start(endpoint ?? fixture.Server.Endpoint, $"akka.discovery {{ method = etcd, etcd {{ {settings} }} }}")).Default;

    private ActorSystem Start(Uri endpoint, string more)
    {
        var actors = PluginActors.Start(endpoint, more);
        _started.Add(actors);
        return actors;
    }
}
