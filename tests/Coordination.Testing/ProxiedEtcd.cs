namespace Coordination.Testing;

/// <summary>A server behind etcd's own <c>grpc-proxy</c>, which numbers watches itself, answers renewals when it renews and leaves things out.</summary>
public sealed class ProxiedEtcd : EtcdServer
{
    private readonly EtcdServer _behind;
    private readonly EtcdProcess _proxy;

    private ProxiedEtcd(EtcdServer behind)
    {
        _behind = behind;
        var port = EtcdProcess.FreePort();
        Endpoint = new Uri($"http://127.0.0.1:{port}");
        _proxy = new EtcdProcess(["grpc-proxy", "start", $"--endpoints={behind.Endpoint.Authority}", $"--listen-addr=127.0.0.1:{port}"]);
    }

    public override Uri Endpoint { get; }

    /// <summary>Where the server itself is.</summary>
    public Uri Behind => _behind.Endpoint;

    /// <summary>Takes the server over.</summary>
    public static async Task<ProxiedEtcd> StartAsync(EtcdServer behind)
    {
        var proxied = new ProxiedEtcd(behind);
        await proxied._proxy.StartAsync();
        return proxied;
    }

    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _behind.DisposeAsync();
    }
}
