using Akka.Cluster.Sharding;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>Akka's cluster sharding with the lease in etcd: an entity never runs twice.</summary>
public sealed class ShardingTests
{
    private const string Settings = """
        akka.cluster.sharding {
          use-lease = "akka.coordination.lease.etcd"
          lease-retry-interval = 200ms
          retry-interval = 200ms
          waiting-for-state-timeout = 1s
          distributed-data.durable.keys = []
        }
        """;

    private readonly Stamps _stamps = new();
    private readonly Dictionary<string, IActorRef> _regions = [];

    [Fact]
    public async Task When_the_node_of_a_shard_is_cut_off_from_the_others_its_entity_ends_before_another_one_begins()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint, Settings);
        await nodes.StartAsync(3, StartRegion);
        var at = await PlacedAsync(nodes);
        var others = Enumerable.Range(0, 3).Where(n => n != at).ToArray();

        nodes.Partition([at], others);
        await MovedAsync(nodes, others);

        _stamps.AssertNoOverlap();
        Assert.All(_stamps.All, stamp => Assert.True(stamp.HasLease || stamp.Host == nodes[at].Host));
    }

    [Fact]
    public async Task When_the_node_of_a_shard_leaves_the_shard_is_handed_over()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint, Settings);
        await nodes.StartAsync(3, StartRegion);
        var at = await PlacedAsync(nodes);

        await nodes[at].Actors.Terminate().WaitAsync(TimeSpan.FromSeconds(30));
        await MovedAsync(nodes, [.. Enumerable.Range(0, 3).Where(n => n != at)]);

        _stamps.AssertNoOverlap();
    }

    [Fact]
    public async Task When_the_node_of_a_shard_is_cut_off_from_the_others_and_from_etcd_its_entity_ends_before_another_one_begins()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint, Settings);
        await nodes.StartAsync(3, StartRegion);
        var at = await PlacedAsync(nodes);
        var others = Enumerable.Range(0, 3).Where(n => n != at).ToArray();

        nodes[at].Etcd.BlackHole(true);
        nodes.Partition([at], others);
        await MovedAsync(nodes, others);

        _stamps.AssertNoOverlap();
        Assert.All(_stamps.All.Where(stamp => stamp.Host != nodes[at].Host), stamp => Assert.True(stamp.HasLease));
    }

    [Fact]
    public async Task When_the_node_of_a_shard_is_cut_off_from_etcd_alone_its_entity_ends_in_time_and_goes_on_when_etcd_is_back()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint, Settings);
        await nodes.StartAsync(3, StartRegion);
        var at = await PlacedAsync(nodes);
        await using var system = etcd.StartSystem();
        var key = Assert.Single((await system.Etcd.GetAsync(KeyRange.Prefix($"akka/leases/{ClusterNodes.Name}-shard-things"))).KeyValues).Key;

        nodes[at].Etcd.BlackHole(true);
        await system.Etcd.UntilGoneAsync(key);
        var gone = TimeProvider.System.GetTimestamp();
        Assert.Single(_stamps.Lives);
        Assert.True(_stamps.Lives[0].Last < gone, "It stamped when its lease had run out in etcd.");

        nodes[at].Etcd.BlackHole(false);
        nodes[at].Etcd.CutAll();
        await MovedAsync(nodes, [0, 1, 2], since: gone);

        _stamps.AssertNoOverlap();
    }

    /// <summary>Starts the entity; the node that it runs on.</summary>
    private async Task<int> PlacedAsync(ClusterNodes nodes)
    {
        await Until.SoAsync(
            () =>
            {
                _regions[nodes[0].Host].Tell("wake");
                return _stamps.All.Count > 0;
            },
            () => "no entity");
        return Enumerable.Range(0, 3).Single(n => nodes[n].Host == _stamps.All[0].Host);
    }

    /// <summary>Wakes it until it runs on one of these.</summary>
    private Task MovedAsync(ClusterNodes nodes, int[] to, long since = 0) => Until.SoAsync(
        () =>
        {
            foreach (var n in to)
            {
                _regions[nodes[n].Host].Tell("wake");
            }

            return _stamps.All.Any(stamp => stamp.At > since && to.Any(n => nodes[n].Host == stamp.Host));
        },
        () => string.Join(", ", _stamps.Lives));

    private void StartRegion(ClusterNode node)
    {
        var sharding = ClusterSharding.Get(node.Actors);
        _regions[node.Host] = sharding.Start("things", _stamps.EntityProps(node), ClusterShardingSettings.Create(node.Actors), new OneEntity());
    }

    private sealed class OneEntity : HashCodeMessageExtractor
    {
        public OneEntity()
            : base(10)
        {
        }

        public override string EntityId(object message) => "thing";
    }
}
