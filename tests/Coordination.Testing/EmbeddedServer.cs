using Coordination.Embedded;

namespace Coordination.Testing;

/// <summary>The embedded server.</summary>
public sealed class EmbeddedServer : EtcdServer
{
    private readonly EmbeddedEtcd _server;

    private EmbeddedServer(EmbeddedEtcd server) => _server = server;

    public override Uri Endpoint => _server.Endpoint;

    public static async Task<EmbeddedServer> StartAsync() => new(await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions()));

    public override ValueTask DisposeAsync() => _server.DisposeAsync();
}
