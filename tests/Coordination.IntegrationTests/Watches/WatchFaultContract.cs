using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Watches;

public sealed class WatchFaultsOnEmbedded(EmbeddedFixture fixture) : WatchFaultContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class WatchFaultsOnRealEtcd(RealEtcdFixture fixture) : WatchFaultContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a watch promises when the network misbehaves: a proxy cuts, freezes, drops and delays. Each is held against the store's history.</summary>
public abstract class WatchFaultContract(ServerFixture fixture) : IAsyncLifetime
{
    private readonly string _prefix = $"/test/watch/{Guid.NewGuid():N}/";
    private TcpProxy _proxy = null!;
    private CoordinationSystem _system = null!;
    private EtcdClient _etcd = null!;

    private KeyRange Keys => KeyRange.Prefix(_prefix);

    public Task InitializeAsync()
    {
        _proxy = TcpProxy.To(fixture.Server.Endpoint);
        _system = CoordinationSystem.Start(new CoordinationOptions
        {
            Etcd = new EtcdClientOptions
            {
                Endpoints = [_proxy.Endpoint], RequestTimeout = TimeSpan.FromSeconds(1), WatchSilenceLimit = TimeSpan.FromSeconds(1),
            },
        });
        _etcd = fixture.Server.CreateClient();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _etcd.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_storm_of_resets_leaves_no_gap_and_no_duplicate()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        for (var n = 0; n < 30; n++)
        {
            await PutAsync($"{n % 5}", $"{n}");
            _proxy.CutAll();
            await _etcd.DeleteAsync(new EtcdOp.Delete($"{_prefix}{(n + 2) % 5}"));
        }

        await record.UntilAsync(await PutAsync("last", "1"));

        Assert.DoesNotContain(record.Told, e => e is WatchEvent.Resynced);
        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task A_callback_that_throws_loses_its_own_watch_only()
    {
        var now = (await _etcd.GetAsync(new EtcdOp.Get(Keys))).Header.Revision.Next;
        var told = new TaskCompletionSource<EtcdWatchSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var bad = _etcd.Watch(new EtcdWatchSpec(Keys, now), _ => throw new InvalidOperationException("a bug of the caller"));
        using var good = _etcd.Watch(new EtcdWatchSpec(Keys, now), signal => _ = signal is not EtcdWatchSignal.Created && told.TrySetResult(signal));

        await PutAsync("a", "1");

        Assert.IsType<EtcdWatchSignal.Changes>(await told.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task When_nothing_gets_through_it_says_that_it_may_be_stale_and_goes_on_when_it_can()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));

        _proxy.BlackHole(true);
        await PutAsync("a", "1");
        await record.UntilAsync<WatchEvent.Interrupted>();
        await PutAsync("a", "2");
        _proxy.BlackHole(false);
        await record.UntilAsync(await PutAsync("a", "3"));

        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task When_only_replies_are_lost_it_is_noticed_too()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));

        _proxy.DropReplies = true;
        await PutAsync("a", "1");
        await record.UntilAsync<WatchEvent.Interrupted>();
        _proxy.DropReplies = false;
        await record.UntilAsync(await PutAsync("a", "2"));

        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task Latency_makes_it_late_and_nothing_else()
    {
        await using var system = fixture.Server.StartSystem(endpoint: _proxy.Endpoint);
        await using var record = await WatchRecord.StartAsync(system.Watch(Keys));

        _proxy.Delay = TimeSpan.FromMilliseconds(200);
        for (var n = 0; n < 5; n++)
        {
            await PutAsync("a", $"{n}");
        }

        await record.UntilAsync(await PutAsync("a", "last"));

        Assert.DoesNotContain(record.Told, e => e is WatchEvent.Interrupted or WatchEvent.Resynced);
        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task A_compaction_during_an_outage_is_a_resync_with_the_difference()
    {
        await PutAsync("stays", "1");
        await PutAsync("goes", "1");
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        _proxy.Refuse = true;
        _proxy.CutAll();
        await record.UntilAsync<WatchEvent.Interrupted>();
        await _etcd.DeleteAsync(new EtcdOp.Delete(_prefix + "goes"));
        await PutAsync("comes", "1");
        await _etcd.CompactAsync(await PutAsync("comes", "2"));

        _proxy.Refuse = false;
        await record.UntilAsync(told => told[^1] is WatchEvent.Resynced);

        var resynced = (WatchEvent.Resynced)record.Told[^1];
        Assert.Equal((ResyncReason.Compacted, true), (resynced.Reason, resynced.IsComplete));
        Assert.Equal(["goes", "comes"], resynced.Difference.Select(e => e.Current.Key.ToText()[_prefix.Length..]));
        await record.UntilAsync(await PutAsync("after", "1"));
        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task A_lease_that_is_revoked_from_outside_deletes_its_keys_in_one_revision()
    {
        var lease = await _etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60));
        await _etcd.PutAsync(new EtcdOp.Put(_prefix + "a", "1") { Lease = lease.Id });
        await _etcd.PutAsync(new EtcdOp.Put(_prefix + "b", "1") { Lease = lease.Id });
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));

        await _etcd.RevokeLeaseAsync(lease.Id);
        await record.UntilAsync<WatchEvent.Changed>();

        Assert.Equal([true, true], ((WatchEvent.Changed)record.Told[^1]).Events.Select(e => e.IsDelete));
        await record.CheckAgainstAsync(_etcd, Keys);
    }

    private async Task<Revision> PutAsync(string name, string value) => (await _etcd.PutAsync(new EtcdOp.Put(_prefix + name, value))).Header.Revision;
}
