using Coordination.Etcd;
using Coordination.IntegrationTests.Security;

namespace Coordination.IntegrationTests.Contracts;

public sealed class EtcdViewsOnEmbedded(EmbeddedFixture fixture) : EtcdViewContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class EtcdViewsOnRealEtcd(RealEtcdFixture fixture) : EtcdViewContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>Prefixes, pages, transactions in words and operations as values, on every server.</summary>
public abstract class EtcdViewContract(ServerFixture fixture) : IAsyncLifetime
{
    private readonly string _prefix = $"/view/{Guid.NewGuid():N}/";
    private EtcdClient _etcd = null!;
    private IEtcdClient _view = null!;

    public Task InitializeAsync()
    {
        _etcd = fixture.Server.CreateClient();
        _view = _etcd.WithPrefix(_prefix);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task What_is_written_under_a_prefix_has_it_outside_and_not_inside()
    {
        await _view.PutAsync("a", "1");
        var again = await _view.PutAsync(new EtcdOp.Put("a", "2") { PreviousValue = true });

        Assert.Equal(("a", "1"), (again.Previous!.Key.ToText(), again.Previous.Value.ToText()));
        Assert.Equal("a", (await _view.GetAsync("a")).First!.Key.ToText());
        Assert.Equal("2", (await _etcd.GetAsync(_prefix + "a")).First!.Value.ToText());
        var deleted = await _view.DeleteAsync(new EtcdOp.Delete("a") { PreviousValue = true });
        Assert.Equal("a", Assert.Single(deleted.Previous).Key.ToText());
        Assert.Null((await _etcd.GetAsync(_prefix + "a")).First);
    }

    [Fact]
    public async Task A_range_under_a_prefix_ends_with_it()
    {
        await _etcd.PutAsync(_prefix[..^1], "before");
        await _etcd.PutAsync(_prefix[..^1] + "0", "after");
        foreach (var name in (string[])["a", "b", "b/1", "c"])
        {
            await _view.PutAsync(name, name);
        }

        Assert.Equal("a b b/1 c", await NamesAsync(KeyRange.All));
        Assert.Equal("b b/1 c", await NamesAsync(KeyRange.From("b")));
        Assert.Equal("b b/1", await NamesAsync(KeyRange.Prefix("b")));
        Assert.Equal("a b b/1", await NamesAsync(KeyRange.Between("a", "c")));
        Assert.Equal(4, (await _view.DeleteAsync(KeyRange.All)).Deleted);
        Assert.Equal("after", (await _etcd.GetAsync(_prefix[..^1] + "0")).First!.Value.ToText());
    }

    [Fact]
    public async Task A_transaction_under_a_prefix_has_it_in_comparisons_and_nested_operations()
    {
        var created = await _view.If(When.Missing("k"))
            .Then(
                new EtcdOp.Put("k", "1"),
                _view.If(When.Missing("k")).Then(new EtcdOp.Get("k"), new EtcdOp.Put("inner", "2")))
            .CommitAsync();
        var refused = await _view.If(When.Missing("k")).Then(new EtcdOp.Delete("k")).Else(new EtcdOp.Get(KeyRange.All)).CommitAsync();

        Assert.True(created.Succeeded);
        Assert.Equal("k", Assert.IsType<GetResult>(Assert.IsType<TxnResult>(created.Results[1]).Results[0]).First!.Key.ToText());
        Assert.False(refused.Succeeded);
        Assert.Equal(["inner", "k"], Assert.IsType<GetResult>(Assert.Single(refused.Results)).KeyValues.Select(kv => kv.Key.ToText()));
        Assert.Equal(2, (await _etcd.GetAsync(KeyRange.Prefix(_prefix))).Count);
    }

    [Fact]
    public async Task A_watch_under_a_prefix_tells_its_keys_without_it()
    {
        var now = (await _view.PutAsync("a", "1")).Header.Revision;
        using var probe = new WatchProbe(_view, new EtcdWatchSpec(KeyRange.All, now.Next) { PreviousValue = true });

        await _etcd.PutAsync(_prefix[..^1] + "0", "not ours");
        await _view.DeleteAsync("a");
        var told = (EtcdWatchSignal.Changes)await probe.UntilAsync(signal => signal is EtcdWatchSignal.Changes);

        var change = Assert.Single(told.Events);
        Assert.Equal((true, "a", "a"), (change.IsDelete, change.Current.Key.ToText(), change.Previous!.Key.ToText()));
    }

    [Fact]
    public async Task A_lease_seen_under_a_prefix_shows_its_keys_there_only()
    {
        var lease = (await _view.GrantLeaseAsync(TimeSpan.FromSeconds(60))).Id;
        await _view.PutAsync("mine", "1", lease);
        await _etcd.PutAsync(_prefix[..^1] + "0", "2", lease);

        Assert.Equal("mine", Assert.Single((await _view.GetLeaseAsync(lease, withKeys: true)).Keys).ToText());
        Assert.Equal(2, (await _etcd.GetLeaseAsync(lease, withKeys: true)).Keys.Length);
        await _view.RevokeLeaseAsync(lease);
    }

    [Fact]
    public async Task A_view_of_a_view_has_both_prefixes_and_its_end_is_not_the_clients()
    {
        var inner = _view.WithPrefix("inner/");
        await inner.PutAsync("k", "v");
        await inner.DisposeAsync();

        Assert.Equal("v", (await _etcd.GetAsync(_prefix + "inner/k")).First!.Value.ToText());
        Assert.Throws<ArgumentException>(() => _etcd.WithPrefix(""));
        var empty = await Assert.ThrowsAsync<EtcdException>(() => inner.PutAsync("", "v"));
        Assert.Equal((CoordinationErrorKind.InvalidRequest, WriteOutcome.NotApplied), (empty.Kind, empty.Outcome));
    }

    [Fact]
    public async Task Pages_are_of_one_revision_whatever_is_written_meanwhile()
    {
        var last = await WriteAsync(10);
        var read = new List<string>();
        var revisions = new HashSet<Revision>();
        await foreach (var page in _view.GetPagesAsync(new EtcdOp.Get(KeyRange.All) { Limit = 9 }, pageSize: 4))
        {
            read.AddRange(page.KeyValues.Select(kv => $"{kv.Key}={kv.Value}"));
            revisions.UnionWith(page.KeyValues.Select(kv => kv.ModRevision));
            await _view.PutAsync("k08", "changed");
            await _view.DeleteAsync("k07");
            await _view.PutAsync("k065", "new");
        }

        Assert.Equal(Enumerable.Range(0, 9).Select(n => $"k0{n}={n}"), read);
        Assert.True(revisions.Max() <= last);
        Assert.Equal(10, await _view.ReadAllAsync(KeyRange.All, pageSize: 3).CountAsync());
    }

    [Fact]
    public async Task Pages_end_with_an_error_when_their_revision_is_compacted()
    {
        await WriteAsync(5);
        await using var pages = _view.GetPagesAsync(new EtcdOp.Get(KeyRange.All), pageSize: 2).GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync().InTime());

        await _view.CompactAsync((await _view.PutAsync("k00", "x")).Header.Revision);

        var error = await Assert.ThrowsAsync<EtcdException>(async () => await pages.MoveNextAsync().InTime());
        Assert.Equal(CoordinationErrorKind.Compacted, error.Kind);
    }

    [Fact]
    public async Task Every_comparison_holds_when_it_should_and_only_then()
    {
        var lease = (await _etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60))).Id;
        var made = (await _view.PutAsync("k", "b")).Header.Revision;
        var changed = (await _view.PutAsync("k", "b", lease)).Header.Revision;
        var all = KeyRange.Prefix("k");
        EtcdCompare[] hold =
        [
            When.Exists("k"), When.Missing("none"), When.Unchanged("k", changed), When.Value("k").Is("b"), When.Value("k").IsNot("c"), When.Value("k").IsGreaterThan("a"),
            When.Value("k").IsLessThan("c"), When.Version("k").Is(2), When.Version("k").IsLessThan(3), When.CreateRevision("k").Is(made), When.ModRevision("k").IsGreaterThan(made),
            When.Lease("k").Is(lease), When.Lease("k").IsNot(LeaseId.None), When.Value(all).Is("b"), When.Version(all).IsGreaterThan(1), When.Version(KeyRange.Prefix("nothing")).Is(0),
        ];
        EtcdCompare[] fail =
        [
            When.Missing("k"), When.Exists("none"), When.Unchanged("k", made), When.Value("k").Is("c"), When.Value("none").IsNot("x"), When.Value("k").IsGreaterThan("b"),
            When.Version("k").IsGreaterThan(2), When.CreateRevision("k").IsNot(made), When.ModRevision("k").IsLessThan(changed), When.Lease("k").Is(LeaseId.None), When.Value(all).IsNot("b"),
            When.Value(KeyRange.Prefix("nothing")).Is("x"), When.Version(KeyRange.Prefix("nothing")).IsGreaterThan(0),
        ];

        Assert.True((await _view.If(hold).CommitAsync()).Succeeded);
        foreach (var condition in hold)
        {
            Assert.True((await _view.If(condition).CommitAsync()).Succeeded, condition.ToString());
        }

        foreach (var condition in fail)
        {
            Assert.False((await _view.If(When.Exists("k")).And(condition).CommitAsync()).Succeeded, condition.ToString());
        }

        // In a range it must hold for every key.
        await _view.PutAsync("k2", "c");
        Assert.False((await _view.If(When.Value(all).Is("b")).CommitAsync()).Succeeded);
        await _etcd.RevokeLeaseAsync(lease);
    }

    [Fact]
    public async Task An_operation_is_a_value_that_can_be_done()
    {
        EtcdOp[] ops = [new EtcdOp.Put("k", "v"), new EtcdOp.Get("k"), _view.If(When.Exists("k")).ToTxn(), new EtcdOp.Delete("k")];
        var results = new List<EtcdResult>();
        foreach (var op in ops)
        {
            results.Add(await _view.DoAsync(op));
        }

        Assert.IsType<PutResult>(results[0]);
        Assert.Equal("v", Assert.IsType<GetResult>(results[1]).First!.Value.ToText());
        Assert.True(Assert.IsType<TxnResult>(results[2]).Succeeded);
        Assert.Equal(1, Assert.IsType<DeleteResult>(results[3]).Deleted);
    }

    [Fact]
    public async Task A_read_can_be_limited_to_what_changed_or_was_created_when()
    {
        var first = (await _view.PutAsync("a", "1")).Header.Revision;
        var second = (await _view.PutAsync("b", "1")).Header.Revision;
        var third = (await _view.PutAsync("a", "2")).Header.Revision;

        Assert.Equal("a", await NamesAsync(new EtcdOp.Get(KeyRange.All) { MinModRevision = third }));
        Assert.Equal("b", await NamesAsync(new EtcdOp.Get(KeyRange.All) { MaxModRevision = second }));
        Assert.Equal("b", await NamesAsync(new EtcdOp.Get(KeyRange.All) { MinCreateRevision = second }));
        Assert.Equal("a", await NamesAsync(new EtcdOp.Get(KeyRange.All) { MaxCreateRevision = first }));
    }

    [Fact]
    public async Task The_members_are_listed_and_a_member_says_whether_it_is_healthy()
    {
        var health = await _view.CheckHealthAsync(fixture.Server.Endpoint);
        var status = await _view.GetStatusAsync();
        await using var away = fixture.Server.CreateClient(null, new Uri("http://127.0.0.1:1"));
        var sick = await away.CheckHealthAsync();

        Assert.True(health.IsHealthy);
        Assert.True(status.IsLeader);
        Assert.Contains(await _view.ListMembersAsync(), member => member.Id == status.Header.MemberId && !member.ClientUrls.IsEmpty);
        Assert.False(sick.IsHealthy);
        Assert.Equal(CoordinationErrorKind.Unavailable, sick.Error!.Kind);
    }

    private async Task<Revision> WriteAsync(int count)
    {
        var last = Revision.None;
        for (var n = 0; n < count; n++)
        {
            last = (await _view.PutAsync($"k{n:00}", $"{n}")).Header.Revision;
        }

        return last;
    }

    private Task<string> NamesAsync(KeyRange keys) => NamesAsync(new EtcdOp.Get(keys));

    private async Task<string> NamesAsync(EtcdOp.Get get) => string.Join(' ', (await _view.GetAsync(get)).KeyValues.Select(kv => kv.Key));
}
