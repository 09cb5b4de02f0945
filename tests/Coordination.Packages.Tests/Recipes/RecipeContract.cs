using Coordination.Etcd;

namespace Coordination.Packages.Tests.Recipes;

/// <summary>What the contracts of the recipes share: a name of their own in etcd, two systems, and one that can die.</summary>
public abstract class RecipeContract(ServerFixture fixture, string topic) : IAsyncLifetime
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    protected static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    protected EtcdServer Server => fixture.Server;

    protected string Name { get; } = $"/test/{topic}/{Guid.NewGuid():N}";

    protected CoordinationSystem System { get; private set; } = null!;

    protected CoordinationSystem Other { get; private set; } = null!;

    protected IRecipes Here => new EtcdRecipes(System);

    protected IRecipes There => new EtcdRecipes(Other);

    protected IEtcdClient Etcd => System.Etcd;

    public async Task InitializeAsync()
    {
        (System, Other) = (Server.StartSystem("here"), Server.StartSystem("there"));
        await System.WaitUntilReadyAsync(Limit);
        await Other.WaitUntilReadyAsync(Limit);
    }

    public async Task DisposeAsync()
    {
        await System.DisposeAsync();
        await Other.DisposeAsync();
    }

    /// <summary>The keys under the name are these, and no others.</summary>
    protected async Task AssertKeysAsync(params string[] expected)
    {
        var keys = (await Etcd.GetAsync(KeyRange.Prefix(Name))).KeyValues.Select(kv => kv.Key.ToText()[Name.Length..]);
        Assert.Equal(expected, keys);
    }

    protected async Task<string?> ValueAsync(string key) => (await Etcd.GetAsync(key)).First?.Value.ToText();

    /// <summary>What a lost lock would say.</summary>
    protected async Task<EtcdCompare> LostGuardAsync()
    {
        var handle = await System.Lock(Name + "/lock").AcquireAsync(Limit);
        await handle.ReleaseAsync();
        return handle.Guard;
    }

    protected static async Task<CoordinationErrorKind> KindAsync(Task failing) => (await Assert.ThrowsAnyAsync<CoordinationException>(() => failing)).Kind;
}

/// <summary>A system that can die: nothing of it reaches etcd any more, and its lease is revoked, as it would run out.</summary>
public sealed class MortalSystem : IAsyncDisposable
{
    private readonly TcpProxy _proxy;
    private readonly IEtcdClient _etcd;

    private MortalSystem(EtcdServer server, IEtcdClient etcd)
    {
        _etcd = etcd;
        _proxy = TcpProxy.To(server.Endpoint);
        System = server.StartSystem("mortal", endpoint: _proxy.Endpoint, requestTimeout: TimeSpan.FromSeconds(2));
    }

    public CoordinationSystem System { get; }

    public EtcdRecipes Recipes => new(System);

    public TcpProxy Proxy => _proxy;

    public static async Task<MortalSystem> StartAsync(EtcdServer server, IEtcdClient etcd)
    {
        var mortal = new MortalSystem(server, etcd);
        await mortal.System.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));
        return mortal;
    }

    public async Task DieAsync()
    {
        var lease = System.SessionLease;
        _proxy.BlackHole(true);
        await _etcd.RevokeLeaseAsync(lease);
    }

    public void Live()
    {
        _proxy.BlackHole(false);
        _proxy.CutAll();
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.Refuse = true;
        _proxy.CutAll();
        await System.DisposeAsync();
        await _proxy.DisposeAsync();
    }
}
