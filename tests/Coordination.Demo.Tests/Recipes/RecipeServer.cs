using Coordination.Etcd;

namespace Coordination.Demo.Tests.Recipes;

/// <summary>What the code of a recipe runs on: a real etcd of its own, and a client.</summary>
public abstract class RecipeServer : IAsyncLifetime
{
    private RealEtcd _server = null!;

    protected EtcdClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _server = await RealEtcd.StartAsync();
        Client = _server.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await _server.DisposeAsync();
    }
}
