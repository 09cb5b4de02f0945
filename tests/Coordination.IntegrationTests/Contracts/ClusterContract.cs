using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class ClustersOnEmbedded() : ClusterContract(async () => await EmbeddedServer.StartAsync());

public sealed class ClustersOnRealEtcd() : ClusterContract(async () => await RealEtcd.StartAsync());

/// <summary>A client whose endpoints belong to two clusters, by mistake: only the cluster of the first is used, also while it is away.</summary>
public abstract class ClusterContract(Func<Task<EtcdServer>> start)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task While_its_cluster_is_away_nothing_is_sent_to_the_other_one_and_the_error_says_why()
    {
        await using var pair = await Pair.StartAsync(start);
        await using var other = pair.Other.CreateClient();
        await using var etcd = pair.Ours.CreateClient(TimeSpan.FromSeconds(2), pair.Proxy.Endpoint, pair.Other.Endpoint);
        var lease = (await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60))).Id;
        await other.GrantLeaseAsync(TimeSpan.FromSeconds(60), lease);
        await etcd.PutAsync(new EtcdOp.Put("/k", "ours"));
        var before = (await other.PutAsync(new EtcdOp.Put("/k", "other"))).Header.Revision;

        pair.Proxy.Refuse = true;
        pair.Proxy.CutAll();
        var errors = new List<EtcdException>();
        for (var n = 0; n < 4; n++)
        {
            errors.Add(await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync(new EtcdOp.Put("/k", "lost"))));
            errors.Add(await Assert.ThrowsAsync<EtcdException>(() => etcd.GetAsync(new EtcdOp.Get("/k"))));
            errors.Add(await Assert.ThrowsAsync<EtcdException>(() => etcd.KeepAliveAsync(lease, TimeSpan.FromSeconds(2))));
            errors.Add(await WatchEndAsync(etcd));
        }

        Assert.All(errors, e => Assert.True(e.IsTransient && e.Kind is CoordinationErrorKind.Unavailable or CoordinationErrorKind.WrongCluster, e.ToString()));
        var wrong = errors.First(e => e.Kind is CoordinationErrorKind.WrongCluster);
        Assert.Equal((pair.Other.Endpoint, WriteOutcome.NotApplied), (wrong.Endpoint, wrong.Outcome));
        Assert.Contains("belongs to cluster", wrong.Message, StringComparison.Ordinal);
        var kept = await other.GetAsync(new EtcdOp.Get("/k"));
        Assert.Equal((before, "other"), (kept.Header.Revision, kept.First!.Value.ToText()));

        pair.Proxy.Refuse = false;
        Assert.Equal("ours", (await UntilAnsweredAsync(etcd)).First!.Value.ToText());
    }

    [Fact]
    public async Task A_registration_and_a_view_stay_with_their_cluster()
    {
        await using var pair = await Pair.StartAsync(start);
        await using var ours = pair.Ours.CreateClient();
        await using var other = pair.Other.CreateClient();
        await other.PutAsync(new EtcdOp.Put("/services/web/stranger", "10.0.0.9:1"));
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = TimeSpan.FromSeconds(20),
            Etcd = new EtcdClientOptions { Endpoints = [pair.Proxy.Endpoint, pair.Other.Endpoint], RequestTimeout = TimeSpan.FromSeconds(1) },
        });
        await using var registration = system.Register(new ServiceInstance { Service = "web", Id = "a", Host = "10.0.0.1", Port = 1 });
        await registration.WaitUntilRegisteredAsync(Limit);
        using var discovery = system.Discover("web");
        await discovery.UntilIdsAsync("a");
        var lease = registration.Lease;

        pair.Proxy.Refuse = true;
        pair.Proxy.CutAll();
        var stale = await discovery.UntilAsync(view => view.IsStale);
        var waiting = registration.UpdateAsync(i => i with { Weight = 7 });
        await ours.PutAsync(new EtcdOp.Put("/services/web/b", "10.0.0.2:1"));
        pair.Proxy.Refuse = false;
        await waiting.WaitAsync(Limit);
        await discovery.UntilIdsAsync("a", "b");

        Assert.Equal(["a"], stale.Instances.Select(i => i.Id));
        Assert.Equal(lease, registration.Lease);
        Assert.Null((await other.GetAsync(new EtcdOp.Get("/services/web/a"))).First);
    }

    private static async Task<EtcdException> WatchEndAsync(EtcdClient etcd)
    {
        var ended = new TaskCompletionSource<EtcdException>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = etcd.Watch(new EtcdWatchSpec((Bytes)"/k", Revision.None), signal => ended.TrySetResult(signal is EtcdWatchSignal.Ended e
            ? e.Cause
            : new EtcdException(CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, $"The watch was served: {signal}")));
        return await ended.Task.WaitAsync(Limit);
    }

    /// <summary>Asks until its cluster answers again; each question fails or succeeds at once.</summary>
    private static async Task<GetResult> UntilAnsweredAsync(EtcdClient etcd)
    {
        while (true)
        {
            try
            {
                return await etcd.GetAsync(new EtcdOp.Get("/k"));
            }
            catch (EtcdException error) when (error.Kind is CoordinationErrorKind.Unavailable or CoordinationErrorKind.WrongCluster)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>The cluster that is meant, behind a proxy, and another one.</summary>
    private sealed class Pair(EtcdServer ours, EtcdServer other) : IAsyncDisposable
    {
        public EtcdServer Ours => ours;

        public EtcdServer Other => other;

        public TcpProxy Proxy { get; } = new(ours.Endpoint);

        public static async Task<Pair> StartAsync(Func<Task<EtcdServer>> start)
        {
            var servers = await Task.WhenAll(start(), start());
            return new Pair(servers[0], servers[1]);
        }

        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            await ours.DisposeAsync();
            await other.DisposeAsync();
        }
    }
}
