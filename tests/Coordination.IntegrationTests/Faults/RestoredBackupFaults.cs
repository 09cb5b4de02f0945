using Coordination.Etcd;
using Coordination.IntegrationTests.Watches;

namespace Coordination.IntegrationTests.Faults;

/// <summary>A backup that is restored as docs/running-etcd.md says. Row 39 of docs/faults.md. Needs <c>etcdutl</c> of etcd 3.5.10 or newer.</summary>
[Trait("Category", "Newer")]
public sealed class RestoredBackupFaults : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    private readonly string _snapshot = Path.Combine(Directory.CreateTempSubdirectory("coordination-snapshot-").FullName, "backup.db");
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync()
    {
        await _etcd.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_snapshot)!, recursive: true);
    }

    [EtcdutlFact]
    public async Task Locks_are_lost_before_tokens_go_on_growing_and_watches_views_and_registrations_find_back()
    {
        await using var one = _etcd.StartSystem("one", Ttl);
        await using var two = _etcd.StartSystem("two", Ttl);
        await using var etcd = _etcd.CreateClient();
        await etcd.PutAsync("/keys/stays", "1");
        await etcd.PutAsync("/keys/changes", "old");
        await using var before = one.Register(new ServiceInstance { Service = "web", Id = "before", Host = "10.0.0.1", Port = 80 });
        await before.WaitUntilRegisteredAsync(Limit);
        var abandoned = await one.Lock("/lock").AcquireAsync(Limit);
        await Etcdctl.QueryAsync(_etcd.Endpoint, "snapshot", "save", _snapshot);

        await abandoned.DisposeAsync();
        var held = await two.Lock("/lock").AcquireAsync(Limit);
        await etcd.PutAsync("/keys/changes", "new");
        var newest = (await etcd.PutAsync("/keys/never happened", "1")).Header.Revision;
        await using var after = two.Register(new ServiceInstance { Service = "web", Id = "after", Host = "10.0.0.2", Port = 80 });
        await after.WaitUntilRegisteredAsync(Limit);
        await using var watch = await WatchRecord.StartAsync(one.Watch(KeyRange.Prefix("/keys/")));
        using var discovery = one.Discover("web");
        await discovery.UntilIdsAsync("after", "before").WaitAsync(Limit);

        await _etcd.KillAsync();
        await held.Lost.CancelledAsync();
        await _etcd.RestoreBumpedAsync(_snapshot);
        await _etcd.StartProcessAsync();

        await using var again = await two.Lock("/lock").AcquireAsync(Limit);
        Assert.True(again.Token > newest, $"{again.Token} after {newest}");
        await watch.UntilAsync(told => told.Any(e => e is WatchEvent.Resynced));
        await discovery.UntilIdsAsync("after", "before").WaitAsync(Limit);
        var resynced = Assert.Single(watch.Told.OfType<WatchEvent.Resynced>());
        Assert.Equal(["-/keys/never happened", "/keys/changes=old"], resynced.Difference.Select(e => e.IsDelete ? $"-{e.Current.Key}" : $"{e.Current.Key}={e.Current.Value}"));
        Assert.Equal(
            ["/services/web/after", "/services/web/before"], (await etcd.GetAsync(KeyRange.Prefix("/services/web/"))).KeyValues.Select(kv => kv.Key.ToText()));
    }
}

/// <summary>A test that needs <c>etcdutl</c>, which etcd has from 3.5 on.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EtcdutlFactAttribute : FactAttribute
{
    public EtcdutlFactAttribute()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "etcdutl"))))
        {
            Skip = "There is no 'etcdutl' on the PATH.";
        }
    }
}
