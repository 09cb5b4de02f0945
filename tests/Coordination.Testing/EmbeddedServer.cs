using Coordination.Embedded;

namespace Coordination.Testing;

/// <summary>The embedded server.</summary>
public sealed class EmbeddedServer : EtcdServer
{
    private readonly EmbeddedEtcd _server;

    private EmbeddedServer(EmbeddedEtcd server) => _server = server;

    public override Uri Endpoint => _server.Endpoint;

    /// <summary>What only the embedded server can do: faults on demand.</summary>
    public EmbeddedEtcd Etcd => _server;

    public static async Task<EmbeddedServer> StartAsync() => new(await EmbeddedEtcd.StartAsync(new EmbeddedEtcdOptions()));

    public override ValueTask DisposeAsync() => _server.DisposeAsync();
}
