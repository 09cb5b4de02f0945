namespace Coordination.Embedded.Tests.Differential;

/// <summary>A fresh embedded server and a fresh real etcd.</summary>
internal sealed class ServerPair : IAsyncDisposable
{
    private readonly EmbeddedEtcd _embedded;
    private readonly RealEtcd _real;

    private ServerPair(EmbeddedEtcd embedded, RealEtcd real)
    {
        _embedded = embedded;
        _real = real;
        Embedded = new Side("embedded", embedded.Endpoint);
        Real = new Side("real", real.Endpoint);
    }

    public Side Embedded { get; }

    public Side Real { get; }

    public static async Task<ServerPair> StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var real = await RealEtcd.StartAsync(patience.Token);
        var pair = new ServerPair(await EmbeddedEtcd.StartAsync(), real);
        await pair.Real.LearnReleaseAsync();
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        Embedded.Dispose();
        Real.Dispose();
        await _embedded.DisposeAsync();
        await _real.DisposeAsync();
    }
}
