using Coordination.Etcd;

namespace Coordination.IntegrationTests.Discovery;

/// <summary>What happens to registrations and views when the etcd process itself is killed, hangs, or is restored from an older backup; and when a process dies.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class ServiceProcessFaults : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Revocation = TimeSpan.FromSeconds(0.1);
    private static readonly KeyRange Keys = KeyRange.Prefix("/services/web/");

    private RealEtcd _etcd = null!;
    private EtcdClient _client = null!;

    public async Task InitializeAsync()
    {
        _etcd = await RealEtcd.StartAsync();
        _client = _etcd.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task When_etcd_is_killed_and_started_again_within_the_TTL_nobody_blinks_and_the_view_is_live_within_two_seconds()
    {
        await using var system = _etcd.StartSystem(ttl: TimeSpan.FromSeconds(20), requestTimeout: TimeSpan.FromSeconds(1));
        await using var watching = _etcd.StartSystem("watching", requestTimeout: TimeSpan.FromSeconds(1));
        var registrations = await RegisterAsync(system, "a", "b");
        using var discovery = watching.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a", "b");
        var before = (await _client.GetAsync(new EtcdOp.Get(Keys))).KeyValues;

        await _etcd.KillAsync();
        await record.UntilAsync<ServiceChange.Stale>();
        Assert.True(discovery.Current is { IsStale: true, Instances.Length: 2 });
        await _etcd.StartProcessAsync();
        var start = TimeProvider.System.GetTimestamp();
        await record.UntilIdsAsync("a", "b");
        await registrations[0].UpdateAsync(i => i with { Weight = 1 });
        await record.UntilAsync(told => told[^1] is ServiceChange.Changed);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Bound);
        var after = (await _client.GetAsync(new EtcdOp.Get(Keys))).KeyValues;
        Assert.Equal((before[0].CreateRevision, before[0].Lease, before[1]), (after[0].CreateRevision, after[0].Lease, after[1]));
        Assert.False(record.WasEmptied);
        await record.CheckAgainstAsync(_client);
    }

    [Fact]
    public async Task When_etcd_is_away_for_longer_than_the_TTL_the_view_stays_and_all_register_again_without_a_blink()
    {
        await using var system = _etcd.StartSystem(ttl: TimeSpan.FromSeconds(2), requestTimeout: TimeSpan.FromSeconds(1));
        await using var watching = _etcd.StartSystem("watching", requestTimeout: TimeSpan.FromSeconds(1));
        var registrations = await RegisterAsync(system, "a", "b");
        using var discovery = watching.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a", "b");

        await _etcd.KillAsync();
        await registrations[0].UntilAsync(RegistrationState.Recovering);
        await registrations[1].UntilAsync(RegistrationState.Recovering);
        await _etcd.StartProcessAsync();
        var start = TimeProvider.System.GetTimestamp();
        await registrations[0].UntilAsync(RegistrationState.Registered);
        await registrations[1].UntilAsync(RegistrationState.Registered);
        await record.UntilIdsAsync("a", "b");

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Bound);
        Assert.Equal([2L, 2L], (await _client.GetAsync(new EtcdOp.Get(Keys))).KeyValues.Select(kv => kv.Version));
        Assert.False(record.WasEmptied);
        await record.CheckAgainstAsync(_client);
    }

    [Fact]
    public async Task After_an_outage_longer_than_the_TTL_hundreds_come_back_together_and_all_views_are_live_within_two_seconds()
    {
        await using var system = _etcd.StartSystem(ttl: TimeSpan.FromSeconds(2), requestTimeout: TimeSpan.FromSeconds(1));
        var registrations = Enumerable.Range(0, 500)
            .Select(n => system.Register(new ServiceInstance { Service = $"s{n % 100}", Id = $"i{n}", Host = "10.0.0.1", Port = n + 1 })).ToList();
        var views = Enumerable.Range(0, 100).Select(n => system.Discover($"s{n}")).ToList();
        await Task.WhenAll(registrations.Select(r => r.WaitUntilRegisteredAsync(Limit)));
        await Task.WhenAll(views.Select(v => v.UntilAsync(view => view.Instances.Length == 5)));

        await _etcd.KillAsync();
        await Task.WhenAll(registrations.Select(r => r.UntilAsync(RegistrationState.Recovering)));
        await _etcd.StartProcessAsync();
        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(registrations.Select(r => r.UntilAsync(RegistrationState.Registered)));
        await Task.WhenAll(views.Select(v => v.UntilAsync(view => view is { IsStale: false, Instances.Length: 5 })));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Bound);
        var keys = (await _client.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/services/s")))).KeyValues;
        Assert.Equal((500, true), (keys.Length, keys.All(kv => kv.Version == 2)));

        // Those that had to wait went together; alone each would have a revision of its own.
        Assert.InRange(keys.Select(kv => kv.ModRevision).Distinct().Count(), 1, 250);
        views.ForEach(v => v.Dispose());
    }

    [Fact]
    public async Task When_etcd_hangs_for_longer_than_the_TTL_the_view_is_what_the_history_says()
    {
        await using var system = _etcd.StartSystem(ttl: TimeSpan.FromSeconds(2), requestTimeout: TimeSpan.FromSeconds(1));
        await using var watching = _etcd.StartSystem("watching", requestTimeout: TimeSpan.FromSeconds(1));
        var registrations = await RegisterAsync(system, "a", "b");
        using var discovery = watching.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a", "b");

        _etcd.Pause();
        await registrations[0].UntilAsync(RegistrationState.Recovering);
        Assert.Equal(2, discovery.Current.Instances.Length);
        _etcd.Resume();
        await registrations[0].UntilAsync(RegistrationState.Registered);
        await registrations[1].UntilAsync(RegistrationState.Registered);
        await record.UntilIdsAsync("a", "b");

        await record.CheckAgainstAsync(_client);
    }

    [Fact]
    public async Task When_an_older_backup_is_restored_views_and_registrations_find_back()
    {
        await using var system = _etcd.StartSystem(ttl: TimeSpan.FromSeconds(20), requestTimeout: TimeSpan.FromSeconds(1));
        await _client.PutAsync(new EtcdOp.Put("/services/web/old", "10.0.0.9:1"));
        await _client.PutAsync(new EtcdOp.Put("/services/web/was", "10.0.0.8:1"));
        await _etcd.KillAsync();
        _etcd.BackUp();
        await _etcd.StartProcessAsync();
        await UntilAnsweredAsync();
        await _client.DeleteAsync(new EtcdOp.Delete("/services/web/was"));
        await RegisterAsync(system, "a", "b");
        using var discovery = system.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a", "b", "old");

        await _etcd.KillAsync();
        await record.UntilAsync<ServiceChange.Stale>();
        _etcd.Restore();
        await _etcd.StartProcessAsync();
        var start = TimeProvider.System.GetTimestamp();
        await record.UntilIdsAsync("a", "b", "old", "was");

        // The leases are gone with the history: whoever had one learns it with its next renewal.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20) / 3 + Bound);
        Assert.Contains(record.Told, c => c is ServiceChange.Resynced { Reason: ViewReason.HistoryLost });
        Assert.False(record.WasEmptied);
        Assert.Equal(["a", "b", "old", "was"], (await _client.GetAsync(new EtcdOp.Get(Keys))).KeyValues.Select(kv => kv.Key.ToText()[14..]));
    }

    [Fact]
    public async Task The_instances_of_a_crashed_process_leave_the_view_when_etcd_next_looks_for_expired_leases()
    {
        var ttl = TimeSpan.FromSeconds(3);
        var crashing = _etcd.StartSystem("crashing", ttl);
        await using var watching = _etcd.StartSystem("watching");
        await RegisterAsync(crashing, "a", "b");
        using var discovery = watching.Discover("web");
        await using var record = new ViewRecord(discovery, ServiceLayout.Default);
        await record.UntilIdsAsync("a", "b");

        var start = TimeProvider.System.GetTimestamp();
        await crashing.AbortAsync();
        await record.UntilIdsAsync();

        // The lease was granted just before, so nearly all of its TTL is left. etcd looks for expired leases every half second, and then the revocation is
        // agreed on and told: of 200 leases on a busy machine that took 0.004 to 0.545 s beyond the TTL.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, ttl + Sweep + Revocation);
        await record.CheckAgainstAsync(_client);
    }

    /// <summary>Asks until etcd answers again; each question fails or succeeds at once.</summary>
    private async Task UntilAnsweredAsync()
    {
        while (await Record.ExceptionAsync(() => _client.GetAsync(new EtcdOp.Get(Keys))) is EtcdException { Kind: CoordinationErrorKind.Unavailable })
        {
            await Task.Yield();
        }
    }

    private static async Task<List<IServiceRegistration>> RegisterAsync(CoordinationSystem system, params string[] ids)
    {
        var registrations = ids.Select((id, n) => system.Register(new ServiceInstance { Service = "web", Id = id, Host = "10.0.0.1", Port = n + 1 })).ToList();
        await Task.WhenAll(registrations.Select(r => r.WaitUntilRegisteredAsync(Limit)));
        return registrations;
    }
}
