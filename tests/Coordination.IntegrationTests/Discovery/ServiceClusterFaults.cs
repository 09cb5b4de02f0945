using Coordination.Etcd;

namespace Coordination.IntegrationTests.Discovery;

/// <summary>Registrations and views on three nodes. Row 7 of docs/faults-services.md.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class ServiceClusterFaults
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // A request that went to the dead leader, or to a member that does not know yet, is waited for.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3) + RequestTimeout;

    [Fact]
    public async Task When_the_leader_that_serves_us_is_killed_nobody_blinks_and_views_and_registrations_go_on_within_three_seconds_and_a_request()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var others = cluster.Endpoints.Where(endpoint => endpoint != leader.Endpoint).ToArray();
        await using var outside = new EtcdClient(new EtcdClientOptions { Endpoints = [.. others], RetryLimit = Limit });
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = TimeSpan.FromSeconds(5),

            // The first one is used: connection, lease and watches are those of the leader.
            Etcd = new EtcdClientOptions { Endpoints = [leader.Endpoint, .. others], RequestTimeout = RequestTimeout },
        });
        await using var registration = system.Register(new ServiceInstance { Service = "web", Id = "a", Host = "10.0.0.1", Port = 1 });
        await registration.WaitUntilRegisteredAsync(Limit);
        using var discovery = system.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a");
        var lease = registration.Lease;

        var start = TimeProvider.System.GetTimestamp();
        await leader.KillAsync();
        await cluster.LeaderAsync();
        await outside.PutAsync(new EtcdOp.Put("/services/web/b", "10.0.0.2:1"));
        await Task.WhenAll(registration.UpdateAsync(i => i with { Weight = 7 }), record.UntilIdsAsync("a", "b"));
        await record.UntilAsync(_ => discovery.Current.Instances is [{ Weight: 7 }, _]);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Bound);
        Assert.Equal((lease, false), (registration.Lease, record.WasEmptied));
        Assert.DoesNotContain(record.Told, change => change is ServiceChange.Down);
        await record.CheckAgainstAsync(outside);
    }
}
