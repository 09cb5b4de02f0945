using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Watches;

public sealed class WatchOnEmbedded(EmbeddedFixture fixture) : WatchContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class WatchOnRealEtcd(RealEtcdFixture fixture) : WatchContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a watch promises while nothing is broken, on every server.</summary>
public abstract class WatchContract(ServerFixture fixture) : IAsyncLifetime
{
    private readonly string _prefix = $"/test/watch/{Guid.NewGuid():N}/";
    private CoordinationSystem _system = null!;
    private EtcdClient _etcd = null!;

    private KeyRange Keys => KeyRange.Prefix(_prefix);

    public Task InitializeAsync()
    {
        _system = fixture.Server.StartSystem();
        _etcd = fixture.Server.CreateClient();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task It_begins_with_what_is_there_and_goes_on_with_every_change()
    {
        await PutAsync("a", "1");
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        await PutAsync("b", "1");
        await _etcd.DeleteAsync(new EtcdOp.Delete(_prefix + "a"));
        await PutAsync("outside", "1", prefix: _prefix[..^1] + "2/");
        var last = await PutAsync("b", "2");

        await record.UntilAsync(last);

        Assert.Equal("1", Assert.Single(Assert.IsType<WatchEvent.Snapshot>(record.Told[0]).KeyValues).Value.ToText());
        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task From_a_revision_it_tells_the_past_and_then_the_present()
    {
        var first = await PutAsync("a", "1");
        await PutAsync("a", "2");
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys, new() { From = first, PreviousValue = true }));
        var last = await PutAsync("a", "3");

        await record.UntilAsync(last);

        var events = record.Told.OfType<WatchEvent.Changed>().SelectMany(e => e.Events).ToList();
        Assert.Equal(["1", "2", "3"], events.Select(e => e.Current.Value.ToText()));
        Assert.Equal([null, "1", "2"], events.Select(e => e.Previous?.Value.ToText()));
    }

    [Fact]
    public async Task From_a_compacted_revision_it_says_that_the_history_is_cut()
    {
        var first = await PutAsync("a", "1");
        await PutAsync("a", "2");
        await _etcd.CompactAsync(await PutAsync("b", "1"));

        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys, new() { From = first }));
        await record.UntilAsync<WatchEvent.Resynced>();
        await record.UntilAsync(await PutAsync("c", "1"));

        var resynced = Assert.Single(record.Told.OfType<WatchEvent.Resynced>());
        Assert.Equal((ResyncReason.Compacted, false), (resynced.Reason, resynced.IsComplete));
        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task From_a_revision_that_etcd_has_not_reached_it_says_that_the_history_is_another_one()
    {
        var now = await PutAsync("a", "1");

        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys, new() { From = new(now.Value + 1000) }));
        await record.UntilAsync<WatchEvent.Resynced>();

        Assert.Equal(ResyncReason.HistoryReplaced, Assert.Single(record.Told.OfType<WatchEvent.Resynced>()).Reason);
    }

    [Fact]
    public async Task What_is_left_out_is_left_out()
    {
        await PutAsync("a", "1");
        await using var deletes = await WatchRecord.StartAsync(_system.Watch(Keys, new() { NoPuts = true }));
        await using var puts = await WatchRecord.StartAsync(_system.Watch(Keys, new() { NoDeletes = true }));
        await PutAsync("b", "1");
        var deleted = (await _etcd.DeleteAsync(new EtcdOp.Delete(_prefix + "a"))).Header.Revision;
        var last = await PutAsync("c", "1");

        await puts.UntilAsync(last);
        await deletes.UntilAsync(deleted);

        Assert.All(deletes.Told.OfType<WatchEvent.Changed>().SelectMany(e => e.Events), e => Assert.True(e.IsDelete));
        Assert.All(puts.Told.OfType<WatchEvent.Changed>().SelectMany(e => e.Events), e => Assert.False(e.IsDelete));
    }

    [Fact]
    public async Task More_keys_than_fit_a_page_are_read_at_one_revision()
    {
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            Etcd = new EtcdClientOptions { Endpoints = [fixture.Server.Endpoint] },
            Watches = new WatchOptions { ListPageSize = 7 },
        });
        for (var n = 0; n < 50; n++)
        {
            await PutAsync($"{n}", $"{n}");
        }

        await using var record = await WatchRecord.StartAsync(system.Watch(Keys));
        await record.UntilAsync(await PutAsync("last", "1"));

        Assert.Equal(50, Assert.IsType<WatchEvent.Snapshot>(record.Told[0]).KeyValues.Length);
        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task A_burst_of_many_megabytes_comes_as_whole_revisions()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        var value = new byte[11 * 1024];
        var last = Revision.None;
        for (var n = 0; n < 6; n++)
        {
            var txn = new EtcdOp.Txn { Then = [.. Enumerable.Range(0, 120).Select(k => new EtcdOp.Put($"{_prefix}{k:000}", value))] };
            last = (await _etcd.TxnAsync(txn)).Header.Revision;
        }

        // Another one gets all of it at once, in fragments.
        await using var late = await WatchRecord.StartAsync(_system.Watch(Keys, new() { From = new(last.Value - 5) }));
        await record.UntilAsync(last);
        await late.UntilAsync(last);

        foreach (var revisions in new[] { record, late }.Select(r => r.Told.OfType<WatchEvent.Changed>().SelectMany(e => e.Events)))
        {
            Assert.Equal(Enumerable.Repeat(120, 6), revisions.GroupBy(e => e.Current.ModRevision).Select(g => g.Count()));
        }

        Assert.All(
            late.Told.OfType<WatchEvent.Changed>(), e => Assert.Equal(0, e.Events.Length % 120));
    }

    [Fact]
    public async Task Keys_and_values_that_are_no_text_are_what_they_are()
    {
        await using var record = await WatchRecord.StartAsync(_system.Watch(Keys));
        Bytes key = (byte[])[.. System.Text.Encoding.UTF8.GetBytes(_prefix), 0xff, 0x00, 0xfe];
        await _etcd.PutAsync(new EtcdOp.Put(key, (byte[])[0xc3, 0x28, 0x00]));
        var last = (await _etcd.PutAsync(new EtcdOp.Put(key, new byte[1024 * 1024]))).Header.Revision;

        await record.UntilAsync(last);

        await record.CheckAgainstAsync(_etcd, Keys);
    }

    [Fact]
    public async Task A_reader_that_is_slow_gets_the_latest_of_each_key_and_is_told_so()
    {
        await PutAsync("gone", "1");
        await using var reader = _system.Watch(Keys, new() { BufferLimit = 5 }).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().InTime());
        await using var other = await WatchRecord.StartAsync(_system.Watch(Keys));
        await _etcd.DeleteAsync(new EtcdOp.Delete(_prefix + "gone"));
        var last = Revision.None;
        for (var n = 0; n < 20; n++)
        {
            // One by one: changes that come together would be one event, which is never split.
            last = await PutAsync($"{n % 3}", $"{n}");
            await other.UntilAsync(last);
        }

        Assert.True(await reader.MoveNextAsync().InTime());

        var conflated = Assert.IsType<WatchEvent.Conflated>(reader.Current);
        Assert.Equal(["gone", "0", "1", "2"], conflated.Events.Select(e => e.Current.Key.ToText()[_prefix.Length..]));
        Assert.True(conflated.Events[0].IsDelete);
        Assert.Equal(["18", "19", "17"], conflated.Events.Skip(1).Select(e => e.Current.Value.ToText()));
        Assert.Equal(last, conflated.Revision);
    }

    [Fact]
    public async Task It_works_while_there_is_no_lease_and_ends_with_the_system()
    {
        var system = fixture.Server.StartSystem();
        await using var reader = system.Watch(Keys).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().InTime());
        var reading = reader.MoveNextAsync();

        await system.DisposeAsync();

        Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => reading.AsTask())).Kind);
        await using var late = system.Watch(Keys).GetAsyncEnumerator();
        Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => late.MoveNextAsync().AsTask())).Kind);
    }

    [Fact]
    public async Task A_cancelled_enumeration_ends_its_watch()
    {
        using var cancel = new CancellationTokenSource();
        await using var reader = _system.Watch(Keys).GetAsyncEnumerator(cancel.Token);
        Assert.True(await reader.MoveNextAsync().InTime());
        var reading = reader.MoveNextAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.AsTask());
    }

    [Fact]
    public async Task Thousands_of_watches_on_a_few_streams_each_see_their_own_key()
    {
        await using var etcd = new EtcdClient(new EtcdClientOptions { Endpoints = [fixture.Server.Endpoint], WatchStreams = 3, WatchesPerStream = 100 });
        var now = (await etcd.GetAsync(new EtcdOp.Get(_prefix))).Header.Revision.Next;
        var seen = Enumerable.Range(0, 1000).Select(_ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        for (var n = 0; n < seen.Count; n++)
        {
            var mine = seen[n];
            etcd.Watch(new EtcdWatchSpec($"{_prefix}{n}", now), signal =>
            {
                if (signal is EtcdWatchSignal.Changes m)
                {
                    mine.TrySetResult(m.Events[0].Current.Value.ToText());
                }
            });
        }

        foreach (var chunk in Enumerable.Range(0, seen.Count).Chunk(100))
        {
            await etcd.TxnAsync(new EtcdOp.Txn { Then = [.. chunk.Select(n => new EtcdOp.Put($"{_prefix}{n}", $"{n}"))] });
        }

        var values = await Task.WhenAll(seen.Select(s => s.Task)).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Enumerable.Range(0, seen.Count).Select(n => $"{n}"), values);
    }

    [Fact]
    public void What_cannot_be_watched_is_refused_with_what_is_allowed()
    {
        var empty = Assert.Throws<ArgumentException>(() => _system.Watch(""));
        var range = Assert.Throws<ArgumentException>(() => _system.Watch(KeyRange.Between("b", "a")));
        var large = Assert.Throws<ArgumentException>(() => _system.Watch(KeyRange.Of(new byte[2_000_000])));
        var options = Assert.Throws<ArgumentException>(() => _system.Watch("a", new() { From = new(-1), BufferLimit = 0, NoPuts = true, NoDeletes = true }));

        Assert.Contains("at least one byte", empty.Message, StringComparison.Ordinal);
        Assert.Contains("[b, a)", range.Message, StringComparison.Ordinal);
        Assert.Contains("2000000 bytes", large.Message, StringComparison.Ordinal);
        Assert.Contains("From is '-1'", options.Message, StringComparison.Ordinal);
        Assert.Contains("BufferLimit is '0'", options.Message, StringComparison.Ordinal);
        Assert.Contains("only one of the two", options.Message, StringComparison.Ordinal);
    }

    private async Task<Revision> PutAsync(string name, string value, string? prefix = null) =>
        (await _etcd.PutAsync(new EtcdOp.Put((prefix ?? _prefix) + name, value))).Header.Revision;
}
