namespace Coordination.IntegrationTests.Plugins;

/// <summary>Akka's split brain resolver with the lease in etcd: after a partition exactly one side survives.</summary>
public sealed class SplitBrainTests
{
    private const string LeaseName = $"{ClusterNodes.Name}-akka-sbr";
    private const string LeaseKey = $"akka/leases/{LeaseName}";

    [Fact]
    public async Task After_a_partition_one_side_survives_and_the_key_of_the_lease_names_it()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint);
        await nodes.StartAsync(3, _ => { });

        nodes.Partition([0, 1], [2]);

        await OneSideSurvivesAsync(etcd, nodes);
    }

    [Fact]
    public async Task One_side_survives_also_when_etcd_is_killed_and_restarted_in_the_middle()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint, "akka.coordination.lease.etcd.lease-operation-timeout = 20s");
        await nodes.StartAsync(3, _ => { });

        nodes.Partition([0, 1], [2]);
        await etcd.KillAsync();
        await etcd.StartProcessAsync();

        await OneSideSurvivesAsync(etcd, nodes);
    }

    [Fact]
    public async Task When_the_larger_side_is_also_cut_off_from_etcd_the_smaller_one_survives()
    {
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint);
        await nodes.StartAsync(3, _ => { });

        nodes[0].Etcd.BlackHole(true);
        nodes[1].Etcd.BlackHole(true);
        nodes.Partition([0, 1], [2]);
        await OneSideSurvivesAsync(etcd, nodes);

        Assert.Equal([false, false, true], [nodes[0].IsUp, nodes[1].IsUp, nodes[2].IsUp]);
    }

    [Fact]
    public async Task A_side_that_is_cut_off_from_etcd_once_it_has_the_lease_survives_all_the_same()
    {
        // The other side asks while the lease of the first one still runs in etcd.
        await using var etcd = await RealEtcd.StartAsync();
        await using var nodes = new ClusterNodes(etcd.Endpoint, instead: """
            akka.coordination.lease.etcd.heartbeat-timeout = 15s
            akka.cluster.split-brain-resolver.lease-majority.acquire-lease-delay-for-minority = 4s
            """);
        await nodes.StartAsync(3, _ => { });
        await using var system = etcd.StartSystem();

        nodes.Partition([0, 1], [2]);

        // In etcd is not enough: the reply must have come through.
        await Until.SoAsync(() => nodes[0].HasLease(LeaseName) || nodes[1].HasLease(LeaseName), () => "nobody has the lease");
        nodes[0].Etcd.BlackHole(true);
        nodes[1].Etcd.BlackHole(true);
        var holder = await system.Lock(LeaseKey).GetHolderAsync();

        Assert.Contains(holder!.Owner, new[] { nodes[0], nodes[1] }.Select(node => $"{ClusterNodes.Name}@{node.Host}:{node.Address.Port}"));
        await Until.SoAsync(() => !nodes[2].IsUp, () => "the smaller side lives");
        await Task.WhenAll(nodes[0].UntilMembersAsync(2), nodes[1].UntilMembersAsync(2));
    }

    private static async Task OneSideSurvivesAsync(RealEtcd etcd, ClusterNodes nodes)
    {
        await Until.SoAsync(
            () => (nodes[0].IsUp, nodes[1].IsUp, nodes[2].IsUp) is (true, true, false) or (false, false, true),
            () => $"up: {nodes[0].IsUp} {nodes[1].IsUp} | {nodes[2].IsUp}");
        var survivors = new[] { nodes[0], nodes[1], nodes[2] }.Where(node => node.IsUp).ToList();
        await using var system = etcd.StartSystem();
        var holder = await system.Lock(LeaseKey).GetHolderAsync();
        Assert.Contains(holder!.Owner, survivors.Select(node => $"{ClusterNodes.Name}@{node.Host}:{node.Address.Port}"));
        await Task.WhenAll(survivors.Select(node => node.UntilMembersAsync(survivors.Count)));
    }
}
