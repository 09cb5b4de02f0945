using System.Globalization;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Discovery;

public sealed class LayoutsOnEmbedded(EmbeddedFixture fixture) : LayoutContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class LayoutsOnRealEtcd(RealEtcdFixture fixture) : LayoutContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>How instances are written and read, held against etcdctl: what it shows is what other programs see.</summary>
public abstract class LayoutContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _root = $"/t{Guid.NewGuid():N}";

    private EtcdServer Server => fixture.Server;

    [Fact]
    public async Task Json_is_one_key_under_the_service_with_all_it_says()
    {
        await using var system = Server.StartSystem();
        await using var registration = system.Register(
            new ServiceInstance
            {
                Service = "web", Id = "node1", Host = "10.0.0.1", Port = 8080, Scheme = "grpc", Zone = "a", Version = "1.2", Weight = 50,
                Metadata = Meta(("team", "blue"), ("größe", "ü")),
            },
            new RegistrationOptions { Layout = ServiceLayout.Json(_root + "/{service}/{id}") });
        await registration.WaitUntilRegisteredAsync(Limit);

        Assert.Equal(
            [
                $"{_root}/web/node1",
                """{"service":"web","id":"node1","host":"10.0.0.1","port":8080,"scheme":"grpc","state":"serving","weight":50,"zone":"a","version":"1.2","metadata":{"größe":"ü","team":"blue"}}""",
            ],
            await GetPrefixAsync(_root + "/"));
    }

    [Theory]
    [InlineData("/{service}/{id}", "web", "node1", "localhost", 8000, "/web/node1")]
    [InlineData("/services/{service}/{address}", "hello", null, "127.0.0.1", 42388, "/services/hello/127.0.0.1:42388")]
    [InlineData("/ns/{service}/{address}", "greet_service", null, "127.0.0.1", 3000, "/ns/greet_service/127.0.0.1:3000")]
    [InlineData("/v6/{service}/{address}", "six", null, "::1", 3000, "/v6/six/[::1]:3000")]
    public async Task Plain_is_one_key_with_host_and_port(string keys, string service, string? id, string host, int port, string key)
    {
        await using var system = Server.StartSystem();
        var instance = new ServiceInstance { Service = service, Host = host, Port = port };
        await using var registration = system.Register(
            id is null ? instance : instance with { Id = id }, new RegistrationOptions { Layout = ServiceLayout.Plain(_root + keys) });
        await registration.WaitUntilRegisteredAsync(Limit);

        Assert.Equal([_root + key, instance.Address], await GetPrefixAsync(_root));
    }

    [Fact]
    public async Task A_key_named_after_its_lease_moves_with_the_lease()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var service = "Hello" + _root[1..];
        await using var registration = system.Register(
            new ServiceInstance { Service = service, Host = "remote_host", Port = 1234 },
            new RegistrationOptions { Layout = ServiceLayout.Plain("{service}/{lease}"), OwnLease = true });
        await registration.WaitUntilRegisteredAsync(Limit);
        var first = registration.Lease;

        Assert.Equal([KeyOn(first), "remote_host:1234"], await GetPrefixAsync(service + "/"));
        await etcd.RevokeLeaseAsync(first);
        using var discovery = system.Discover(service, new DiscoveryOptions { Layout = ServiceLayout.Plain("{service}/{lease}") });
        await discovery.UntilAsync(view => view.Instances is [{ Lease: var lease }] && lease != first);
        await registration.UntilAsync(RegistrationState.Registered);

        Assert.Equal([KeyOn(registration.Lease), "remote_host:1234"], await GetPrefixAsync(service + "/"));

        string KeyOn(LeaseId lease) => $"{service}/{lease.Value.ToString(CultureInfo.InvariantCulture)}";
    }

    [Fact]
    public async Task Four_fields_are_four_keys_on_one_lease_and_an_update_leaves_the_lease_alone()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var service = "greeter" + _root[1..];
        await using var registration = system.Register(
            new ServiceInstance { Service = service, Host = "localhost", Port = 8080, Scheme = "grpc" },
            new RegistrationOptions { Layout = ServiceLayout.FourField() });
        await registration.WaitUntilRegisteredAsync(Limit);

        Assert.Equal(
            [service, service, $"{service}.ip", "localhost", $"{service}.port", "8080", $"{service}.protocol", "grpc"], await GetPrefixAsync(service));
        await registration.UpdateAsync(i => i with { Scheme = "https" });
        var after = (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(service)))).KeyValues;
        Assert.Equal("https", after[3].Value.ToText());
        Assert.All(after, kv => Assert.Equal((registration.Lease, after[0].ModRevision, 2), (kv.Lease, kv.ModRevision, kv.Version)));
    }

    [Fact]
    public async Task Grpc_naming_is_the_JSON_of_etcds_resolvers()
    {
        await using var system = Server.StartSystem();
        var options = new RegistrationOptions { Layout = ServiceLayout.GrpcNaming(_root[1..] + "/{service}/{id}") };
        await using var one = system.Register(new ServiceInstance { Service = "my-service", Id = "e1", Host = "1.2.3.4", Port = 80 }, options);
        await using var two = system.Register(new ServiceInstance { Service = "my-service", Id = "e2", Host = "1.2.3.5", Port = 80, Metadata = Meta(("v", "1")) }, options);
        await one.WaitUntilRegisteredAsync(Limit);
        await two.WaitUntilRegisteredAsync(Limit);

        Assert.Equal(
            [
                $"{_root[1..]}/my-service/e1", """{"Op":0,"Addr":"1.2.3.4:80","Metadata":null}""",
                $"{_root[1..]}/my-service/e2", """{"Op":0,"Addr":"1.2.3.5:80","Metadata":{"v":"1"}}""",
            ],
            await GetPrefixAsync(_root[1..] + "/"));
    }

    [Fact]
    public async Task What_etcdctl_puts_is_found_in_every_layout()
    {
        await using var system = Server.StartSystem();
        using var web = system.Discover("web", new DiscoveryOptions { Layout = ServiceLayout.Plain(_root + "/{service}/{id}") });
        using var hello = system.Discover("hello" + _root[1..], new DiscoveryOptions { Layout = ServiceLayout.Plain("{service}/{lease}") });
        using var greeter = system.Discover("greeter" + _root[1..], new DiscoveryOptions { Layout = ServiceLayout.FourField() });

        await PutAsync($"{_root}/web/node1", "localhost:8000");
        await PutAsync($"{_root}/web/node2", """{"host":"10.0.0.2","port":81,"state":"draining","weight":7,"zone":"b"}""");
        await PutAsync($"{_root}/web/node3", """{"Op":0,"Addr":"10.0.0.3:82","Metadata":{"weight":3}}""");
        await PutAsync($"{_root}/web/node4", """{"Op":0,"Addr":"10.0.0.4:83","Metadata":"old"}""");
        await PutAsync($"hello{_root[1..]}/7587862094", "remote_host:1234");
        await PutAsync($"greeter{_root[1..]}", "greeter");
        await PutAsync($"greeter{_root[1..]}.ip", "localhost");
        await PutAsync($"greeter{_root[1..]}.port", "8080");
        await PutAsync($"greeter{_root[1..]}.protocol", "grpc");

        var found = (await web.UntilIdsAsync("node1", "node2", "node3", "node4")).Instances;
        Assert.Equal(["localhost:8000", "10.0.0.2:81", "10.0.0.3:82", "10.0.0.4:83"], found.Select(i => i.Address));
        Assert.Equal((InstanceState.Draining, 7, "b"), (found[1].State, found[1].Weight, found[1].Zone));
        Assert.Equal("3", found[2].Metadata["weight"]);
        Assert.Equal("old", found[3].Metadata["metadata"]);
        Assert.Equal("remote_host:1234", (await hello.UntilIdsAsync("7587862094")).Instances[0].Address);
        var four = (await greeter.UntilAsync(v => v.Instances is [{ Scheme: not null }])).Instances[0];
        Assert.Equal(("localhost:8080", "grpc"), (four.Address, four.Scheme));
    }

    [Fact]
    public async Task A_service_never_sees_one_whose_name_begins_with_its_own()
    {
        await using var system = Server.StartSystem();
        var layout = ServiceLayout.Plain(_root + "/{service}/{id}");
        using var hello = system.Discover("hello", new DiscoveryOptions { Layout = layout });
        using var four = system.Discover("hello" + _root[1..], new DiscoveryOptions { Layout = ServiceLayout.FourField() });
        await PutAsync($"{_root}/hello2/a", "localhost:1");
        await PutAsync($"{_root}/hello", "localhost:2");
        await PutAsync($"hello{_root[1..]}2", "localhost:2");
        await PutAsync($"hello{_root[1..]}-x", "localhost:2");
        await PutAsync($"{_root}/hello/b", "localhost:3");

        var view = await hello.UntilIdsAsync("b");
        Assert.Empty(view.Rejected);
        Assert.Empty((await four.WaitForViewAsync(Limit)).Rejected);
        Assert.Empty(four.Current.Instances);
    }

    [Fact]
    public async Task Poisonous_values_are_set_aside_and_touch_nobody()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        using var web = system.Discover("web", new DiscoveryOptions { Layout = ServiceLayout.Json(_root + "/{service}/{id}") });
        var poison = new Dictionary<string, Bytes>
        {
            ["deep"] = new string('[', 100_000).Insert(0, "{\"host\":"),
            ["empty"] = "",
            ["huge"] = new byte[1_000_000],
            ["noport"] = """{"host":"a"}""",
            ["notutf8"] = new byte[] { (byte)'{', 0xff, 0xfe },
            ["other"] = """{"service":"db","host":"a","port":1}""",
            ["portrange"] = "localhost:70000",
            ["surrogate"] = """{"host":"\ud800","port":1}""",
            ["types"] = """{"host":[],"port":"x","weight":1e99}""",
        };
        foreach (var (id, value) in poison)
        {
            await etcd.PutAsync(new EtcdOp.Put($"{_root}/web/{id}", value));
        }

        await etcd.PutAsync(new EtcdOp.Put(((Bytes)$"{_root}/web/").Memory.ToArray().Concat(new byte[] { 0xff }).ToArray(), "localhost:1"));
        await etcd.PutAsync(new EtcdOp.Put($"{_root}/web/good", "localhost:1"));

        var view = await web.UntilIdsAsync("good");

        Assert.Equal([.. poison.Keys.Select(id => (Bytes)$"{_root}/web/{id}")], view.Rejected.Take(poison.Count).Select(r => r.Key));
        Assert.Equal(poison.Count + 1, view.Rejected.Length);
        Assert.All(view.Rejected, r => Assert.InRange(r.Reason.Length, 5, 300));
        await etcd.PutAsync(new EtcdOp.Put($"{_root}/web/deep", "localhost:2"));
        var healed = await web.UntilIdsAsync("deep", "good");
        Assert.Equal(poison.Count, healed.Rejected.Length);
    }

    private static System.Collections.Immutable.ImmutableDictionary<string, string> Meta(params (string Key, string Value)[] entries) =>
        System.Collections.Immutable.ImmutableDictionary.CreateRange(entries.Select(e => KeyValuePair.Create(e.Key, e.Value)));

    private async Task<string[]> GetPrefixAsync(string prefix) =>
        (await Etcdctl.QueryAsync(Server.Endpoint, "get", "--prefix", prefix)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<string> PutAsync(string key, string value) => Etcdctl.QueryAsync(Server.Endpoint, "put", "--", key, value);
}
