namespace Coordination.IntegrationTests.Plugins;

/// <summary>Nodes of the sample AkkaCluster, as processes on a real etcd.</summary>
public abstract class AkkaClusterTestBase : IAsyncLifetime
{
    private readonly List<AkkaClusterProcess> _nodes = [];

    protected RealEtcd Etcd { get; private set; } = null!;

    public async Task InitializeAsync() => Etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync()
    {
        _nodes.ForEach(node => node.Dispose());
        await Etcd.DisposeAsync();
    }

    private protected AkkaClusterProcess Start()
    {
        var node = new AkkaClusterProcess(Etcd.Endpoint);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Three nodes in one cluster; the one that works.</summary>
    private protected async Task<AkkaClusterProcess> StartThreeAsync()
    {
        var worker = Start();
        await worker.ReportedAsync();
        await Start().PrintedAsync("Welcome from");
        await Start().PrintedAsync("Welcome from");

        // The leader says it, which is the node with the lowest address.
        await Until.SoAsync(() => _nodes.Sum(node => node.Count("to [Up]")) >= 3, () => worker.Output);
        return worker;
    }

    private protected async Task<AkkaClusterProcess> WorkerAsync(AkkaClusterProcess but)
    {
        await Until.SoAsync(() => _nodes.Any(node => node != but && node.Reports.Count > 3), () => string.Join("\n----\n", _nodes.Select(node => node.Output)));
        return _nodes.First(node => node != but && node.Reports.Count > 3);
    }

    /// <summary>One node works and the others have been welcomed into its cluster.</summary>
    private protected async Task OneClusterAsync()
    {
        await Until.SoAsync(
            () => _nodes.Count(node => node.Reports.Count > 0) == 1 && _nodes.Count(node => node.Count("Welcome from") == 1) == 2,
            () => string.Join("\n----\n", _nodes.Select(node => node.Output)));
        Assert.Single(_nodes, node => node.Count("Welcome from") == 0);
    }

    private protected void AssertNoOverlap()
    {
        var lives = _nodes.Where(node => node.Reports.Count > 0).Select(node => (First: node.Reports[0].At, Last: node.Reports[^1].At)).OrderBy(life => life.First).ToList();
        Assert.All(lives.Zip(lives.Skip(1)), pair => Assert.True(pair.First.Last < pair.Second.First, "Two worked at the same time."));
    }
}
