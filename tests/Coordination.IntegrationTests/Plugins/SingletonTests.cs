namespace Coordination.IntegrationTests.Plugins;

/// <summary>Akka's cluster singleton with the lease in etcd: never two at a time.</summary>
public sealed class SingletonTests
{
    private readonly Stamps _stamps = new();

    [Fact]
    public async Task A_node_that_is_cut_off_from_the_others_stops_before_another_one_begins()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint);
        await nodes.StartAsync(3, _stamps.StartSingleton);
        await _stamps.StampedAsync(nodes[0].Host);

        nodes.Partition([0], [1, 2]);
        await _stamps.StampedAsync(nodes[1].Host);

        await Until.SoAsync(() => !nodes[0].IsUp, () => "the smaller side lives");
        _stamps.AssertNoOverlap();
    }

    [Fact]
    public async Task A_node_that_is_cut_off_from_the_others_and_from_etcd_stops_before_another_one_begins()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint);
        await nodes.StartAsync(3, _stamps.StartSingleton);
        await _stamps.StampedAsync(nodes[0].Host);

        nodes[0].Etcd.BlackHole(true);
        nodes.Partition([0], [1, 2]);
        await _stamps.StampedAsync(nodes[1].Host);

        _stamps.AssertNoOverlap();
    }
}
