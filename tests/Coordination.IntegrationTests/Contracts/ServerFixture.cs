namespace Coordination.IntegrationTests.Contracts;

/// <summary>A server that the tests of one class share.</summary>
public abstract class ServerFixture : IAsyncLifetime
{
    public EtcdServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    protected abstract Task<EtcdServer> StartAsync();
}

public sealed class EmbeddedFixture : ServerFixture
{
    protected override async Task<EtcdServer> StartAsync() => await EmbeddedServer.StartAsync();
}

public sealed class RealEtcdFixture : ServerFixture
{
    protected override async Task<EtcdServer> StartAsync() => await RealEtcd.StartAsync();
}

/// <summary>The embedded server behind etcd's <c>grpc-proxy</c>.</summary>
public sealed class ProxiedEmbeddedFixture : ServerFixture
{
    protected override async Task<EtcdServer> StartAsync() => await ProxiedEtcd.StartAsync(await EmbeddedServer.StartAsync());
}

/// <summary>A real etcd behind etcd's <c>grpc-proxy</c>.</summary>
public sealed class ProxiedEtcdFixture : ServerFixture
{
    protected override async Task<EtcdServer> StartAsync() => await ProxiedEtcd.StartAsync(await RealEtcd.StartAsync());
}
