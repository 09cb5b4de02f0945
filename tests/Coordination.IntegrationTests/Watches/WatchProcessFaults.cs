using Coordination.Etcd;

namespace Coordination.IntegrationTests.Watches;

/// <summary>What happens to watches when etcd itself is killed, hangs, is restored from an older backup, or refuses.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class WatchProcessFaults : IAsyncLifetime
{
    private static readonly KeyRange Keys = KeyRange.Prefix("/watched/");

    private RealEtcd _etcd = null!;
    private EtcdClient _client = null!;
    private CoordinationSystem _system = null!;

    public async Task InitializeAsync()
    {
        _etcd = await RealEtcd.StartAsync();
        _client = _etcd.CreateClient(TimeSpan.FromSeconds(2));
        _system = Start(_etcd.Endpoint);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _client.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task When_etcd_is_killed_and_started_again_watches_go_on_without_a_gap_within_two_seconds()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        await PutAsync("a", "1");

        await _etcd.KillAsync();
        await record.UntilAsync<WatchEvent.Interrupted>();
        await _etcd.StartProcessAsync();
        var start = TimeProvider.System.GetTimestamp();
        var last = await PutAsync("a", "2");
        await record.UntilAsync(last);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.DoesNotContain(record.Told, e => e is WatchEvent.Resynced);
        await record.CheckAgainstAsync(_client, Keys);
    }

    [Fact]
    public async Task When_etcd_hangs_it_is_noticed_by_its_silence_and_watches_go_on_when_it_wakes_up()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        await PutAsync("a", "1");

        _etcd.Pause();
        await record.UntilAsync<WatchEvent.Interrupted>();
        _etcd.Resume();
        await record.UntilAsync(await PutAsync("a", "2"));

        await record.CheckAgainstAsync(_client, Keys);
    }

    [Fact]
    public async Task When_an_older_backup_is_restored_it_is_reported_and_the_keys_are_read_again()
    {
        await PutAsync("stays", "1");
        await PutAsync("changes", "old");
        await _etcd.KillAsync();
        _etcd.BackUp();
        await _etcd.StartProcessAsync();
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        await PutAsync("changes", "new");
        await record.UntilAsync(await PutAsync("never happened", "1"));

        await _etcd.KillAsync();
        _etcd.Restore();
        await _etcd.StartProcessAsync();
        await record.UntilAsync(told => told.Any(e => e is WatchEvent.Resynced));
        var last = await PutAsync("after", "1");
        await record.UntilAsync(told => told[^1] is WatchEvent.Changed e && e.Revision == last);

        var resynced = Assert.Single(record.Told.OfType<WatchEvent.Resynced>());
        Assert.Equal((ResyncReason.HistoryReplaced, true), (resynced.Reason, resynced.IsComplete));
        Assert.Equal(["-/watched/never happened", "/watched/changes=old"], resynced.Difference.Select(e => e.IsDelete ? $"-{e.Current.Key}" : $"{e.Current.Key}={e.Current.Value}"));
        Assert.Equal(["after", "changes", "stays"], (await _client.GetAsync(new EtcdOp.Get(Keys))).KeyValues.Select(kv => kv.Key.ToText()["/watched/".Length..]));
    }

    [Fact]
    public async Task When_the_permission_is_withdrawn_it_is_said_and_asked_again_slowly_until_it_is_given_back()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        var last = await PutAsync("a", "1");
        await record.UntilAsync(last);
        await Etcdctl.QueryAsync(_etcd.Endpoint, "user", "add", "root:secret");
        await Etcdctl.QueryAsync(_etcd.Endpoint, "role", "add", "root");
        await Etcdctl.QueryAsync(_etcd.Endpoint, "user", "grant-role", "root", "root");
        await Etcdctl.QueryAsync(_etcd.Endpoint, "auth", "enable");

        // etcd looks at permissions when a watch is created.
        await _etcd.KillAsync();
        await _etcd.StartProcessAsync();
        await record.UntilAsync<WatchEvent.Interrupted>();
        await Etcdctl.QueryAsync(_etcd.Endpoint, "--user", "root:secret", "put", "/watched/a", "2");
        await Etcdctl.QueryAsync(_etcd.Endpoint, "--user", "root:secret", "auth", "disable");
        await record.UntilAsync(last.Next);

        Assert.DoesNotContain(record.Told, e => e is WatchEvent.Resynced);
        await record.CheckAgainstAsync(_client, Keys);
    }

    [Fact]
    public async Task When_the_embedded_server_forgets_its_history_it_is_reported_too()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await using var client = server.CreateClient();
        await using var system = Start(server.Endpoint);
        var kept = (await client.PutAsync(new EtcdOp.Put("/watched/a", "1"))).Header.Revision;
        await using var record = await WatchRecord.StartAsync(system.Watch(Keys));
        for (var n = 0; n < 20; n++)
        {
            await client.PutAsync(new EtcdOp.Put("/watched/b", $"{n}"));
        }

        await record.UntilAsync(new Revision(kept.Value + 20));
        server.Etcd.Faults.ForgetHistory(kept.Value);
        await record.UntilAsync<WatchEvent.Resynced>();
        await record.UntilAsync(told => told[^1] is WatchEvent.Resynced { Reason: ResyncReason.HistoryReplaced });

        Assert.Equal("-/watched/b", string.Join(' ', ((WatchEvent.Resynced)record.Told[^1]).Difference.Select(e => $"-{e.Current.Key}")));
    }

    [Fact]
    public async Task A_half_open_connection_is_noticed_and_another_one_is_made()
    {
        await using var proxy = TcpProxy.To(_etcd.Endpoint);
        await using var system = Start(proxy.Endpoint);
        await using var record = await WatchRecord.StartAsync(system.Watch(Keys));
        await record.UntilAsync(await PutAsync("a", "1"));
        var start = TimeProvider.System.GetTimestamp();

        proxy.FreezeLinks();
        var missed = await PutAsync("a", "2");
        await record.UntilAsync(missed);

        // The limit of silence is a second; the rest is the backoff and the new connection.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(4));
        Assert.Contains(record.Told, e => e is WatchEvent.Interrupted { Error.Kind: CoordinationErrorKind.Timeout });
        await record.CheckAgainstAsync(_client, Keys);
    }

    [Fact]
    public async Task A_quiet_stream_that_answers_is_not_given_up()
    {
        await using var proxy = TcpProxy.To(_etcd.Endpoint);
        await using var etcd = new EtcdClient(new EtcdClientOptions { Endpoints = [proxy.Endpoint], WatchSilenceLimit = TimeSpan.FromSeconds(1) });
        var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = etcd.Watch(
            new EtcdWatchSpec(Keys, Revision.None), signal => (signal is EtcdWatchSignal.Ended ? ended : created).TrySetResult());
        await created.Task;

        // Each is a question for a sign of life.
        for (var questions = 0; questions < 4; questions++)
        {
            await proxy.RequestPassedAsync().WaitAsync(TimeSpan.FromSeconds(10));
        }

        Assert.False(ended.Task.IsCompleted);
    }

    private static CoordinationSystem Start(Uri endpoint) => CoordinationSystem.Start(new CoordinationOptions
    {
        Etcd = new EtcdClientOptions { Endpoints = [endpoint], RequestTimeout = TimeSpan.FromSeconds(1), WatchSilenceLimit = TimeSpan.FromSeconds(1) },
    });

    private async Task<Revision> PutAsync(string name, string value) => (await _client.PutAsync(new EtcdOp.Put("/watched/" + name, value))).Header.Revision;
}
