namespace Coordination.IntegrationTests.Plugins;

/// <summary>Within which time Akka's cluster singleton with the lease in etcd moves, and stops.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class SingletonBounds
{
    private readonly Stamps _stamps = new();

    [Fact]
    public async Task A_node_that_leaves_hands_its_singleton_over_within_a_second()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint);
        await nodes.StartAsync(3, _stamps.StartSingleton);
        await _stamps.StampedAsync(nodes[0].Host);

        await nodes[0].Actors.Terminate().InTime();
        await _stamps.StampedAsync(nodes[1].Host);

        _stamps.AssertNoOverlap();
        Assert.Equal([nodes[0].Host, nodes[1].Host], _stamps.Lives.Select(life => life.Host));
        Assert.InRange(TimeProvider.System.GetElapsedTime(_stamps.Lives[0].Last, _stamps.Lives[1].First), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.All(_stamps.All.Where(stamp => stamp.Host == nodes[1].Host), stamp => Assert.True(stamp.HasLease));
    }

    [Fact]
    public async Task A_node_that_is_cut_off_from_etcd_alone_stops_in_time_and_goes_on_when_etcd_is_back()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint);
        await nodes.StartAsync(2, _stamps.StartSingleton);
        await _stamps.StampedAsync(nodes[0].Host);

        nodes[0].Etcd.BlackHole(true);
        var since = TimeProvider.System.GetTimestamp();
        await using var system = etcd.StartSystem();
        await system.Etcd.UntilGoneAsync($"akka/leases/{ClusterNodes.Name}-singleton-akka://{ClusterNodes.Name}/user/stamper");
        var gone = TimeProvider.System.GetTimestamp();
        Assert.Single(_stamps.Lives);
        Assert.True(_stamps.Lives[0].Last < gone, "It stamped when its lease had run out in etcd.");
        Assert.InRange(TimeProvider.System.GetElapsedTime(since, _stamps.Lives[0].Last), TimeSpan.Zero, TimeSpan.FromSeconds(3));

        nodes[0].Etcd.BlackHole(false);
        nodes[0].Etcd.CutAll();
        await _stamps.StampedAsync(nodes[0].Host);

        _stamps.AssertNoOverlap();
    }
}
