using Coordination.Etcd;

namespace Coordination.Testing;

/// <summary>An etcd to test against: the embedded one or a real one. The contract tests know no difference.</summary>
public abstract class EtcdServer : IAsyncDisposable
{
    public abstract Uri Endpoint { get; }

    public EtcdClient CreateClient(TimeSpan? requestTimeout = null, params Uri[] endpoints) => new(new EtcdClientOptions
    {
        Endpoints = endpoints.Length == 0 ? [Endpoint] : [.. endpoints],
        RequestTimeout = requestTimeout ?? TimeSpan.FromSeconds(5),
        TimeProvider = SuspendAwareTimeProvider.Instance,
    });

    /// <summary>A system with a short lease. Its endpoint may be a proxy.</summary>
    public CoordinationSystem StartSystem(string owner = "test", TimeSpan? ttl = null, Uri? endpoint = null, TimeSpan? requestTimeout = null, LockOptions? locks = null) =>
        CoordinationSystem.Start(new CoordinationOptions
        {
            Owner = owner,
            SessionTtl = ttl ?? TimeSpan.FromSeconds(5),
            Locks = locks ?? new LockOptions(),
            Etcd = new EtcdClientOptions { Endpoints = [endpoint ?? Endpoint], RequestTimeout = requestTimeout ?? TimeSpan.FromSeconds(5) },
        });

    public abstract ValueTask DisposeAsync();
}
