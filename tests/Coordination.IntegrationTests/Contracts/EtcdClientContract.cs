using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class EtcdClientOnEmbedded(EmbeddedFixture fixture) : EtcdClientContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class EtcdClientOnRealEtcd(RealEtcdFixture fixture) : EtcdClientContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What the client promises, on every server.</summary>
public abstract class EtcdClientContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _prefix = $"/test/{Guid.NewGuid():N}/";

    private EtcdServer Server => fixture.Server;

    [Fact]
    public async Task What_is_put_is_got_byte_by_byte()
    {
        await using var etcd = Server.CreateClient();
        Bytes key = (byte[])[0xff, 0x00, .. System.Text.Encoding.UTF8.GetBytes(_prefix)];
        Bytes value = (byte[])[0x00, 0xfe, 0x80];

        var put = await etcd.PutAsync(new EtcdOp.Put(key, value));
        var got = await etcd.GetAsync(new EtcdOp.Get(key));

        Assert.Equal(value, got.First!.Value);
        Assert.Equal(key, got.First.Key);
        Assert.Equal(put.Header.Revision, got.First.ModRevision);
        Assert.Equal(1, got.First.Version);
    }

    [Fact]
    public async Task A_put_returns_what_was_there_before_when_asked()
    {
        await using var etcd = Server.CreateClient();
        await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "old"));

        var put = await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "new") { PreviousValue = true });

        Assert.Equal("old", put.Previous!.Value.ToText());
    }

    [Fact]
    public async Task A_prefix_is_listed_in_byte_order_with_limit_and_count()
    {
        await using var etcd = Server.CreateClient();
        foreach (var name in (string[])["b", "a", "c"])
        {
            await etcd.PutAsync(new EtcdOp.Put(_prefix + name, name));
        }

        var two = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_prefix)) { Limit = 2 });
        var last = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_prefix)) { Order = EtcdOp.SortOrder.Descending, Limit = 1 });

        Assert.Equal(["a", "b"], two.KeyValues.Select(kv => kv.Value.ToText()));
        Assert.True(two.More);
        Assert.Equal(3, two.Count);
        Assert.Equal("c", last.First!.Value.ToText());
    }

    [Fact]
    public async Task An_old_revision_can_be_read_until_it_is_compacted()
    {
        await using var etcd = Server.CreateClient();
        var first = await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "1"));
        var second = await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "2"));

        var old = await etcd.GetAsync(new EtcdOp.Get(_prefix + "k") { Revision = first.Header.Revision });
        await etcd.CompactAsync(second.Header.Revision);
        var error = await Assert.ThrowsAsync<EtcdException>(() => etcd.GetAsync(new EtcdOp.Get(_prefix + "k") { Revision = first.Header.Revision }));

        Assert.Equal("1", old.First!.Value.ToText());
        Assert.Equal(CoordinationErrorKind.Compacted, error.Kind);
    }

    [Fact]
    public async Task A_deletion_counts_and_returns_what_it_deleted()
    {
        await using var etcd = Server.CreateClient();
        await etcd.PutAsync(new EtcdOp.Put(_prefix + "a", "1"));
        await etcd.PutAsync(new EtcdOp.Put(_prefix + "b", "2"));

        var deleted = await etcd.DeleteAsync(new EtcdOp.Delete(KeyRange.Prefix(_prefix)) { PreviousValue = true });

        Assert.Equal(2, deleted.Deleted);
        Assert.Equal(["1", "2"], deleted.Previous.Select(kv => kv.Value.ToText()));
    }

    [Fact]
    public async Task A_transaction_takes_one_branch_at_one_revision_and_can_be_nested()
    {
        await using var etcd = Server.CreateClient();
        var txn = new EtcdOp.Txn
        {
            If = [EtcdCompare.NotExists(_prefix + "k")],
            Then = [new EtcdOp.Put(_prefix + "k", "1"), new EtcdOp.Txn { Then = [new EtcdOp.Put(_prefix + "nested", "2"), new EtcdOp.Get(_prefix + "k")] }],
            Else = [new EtcdOp.Get(_prefix + "k")],
        };

        var won = await etcd.TxnAsync(txn);
        var lost = await etcd.TxnAsync(txn);
        var all = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_prefix)));

        Assert.True(won.Succeeded);
        var nested = Assert.IsType<TxnResult>(won.Results[1]);
        Assert.Equal("1", Assert.IsType<GetResult>(nested.Results[1]).First!.Value.ToText());
        Assert.False(lost.Succeeded);
        Assert.Equal("1", Assert.IsType<GetResult>(lost.Results[0]).First!.Value.ToText());
        Assert.All(all.KeyValues, kv => Assert.Equal(won.Header.Revision, kv.ModRevision));
    }

    [Fact]
    public async Task A_lease_is_granted_under_the_id_of_our_choice_renewed_and_revoked_with_its_keys()
    {
        await using var etcd = Server.CreateClient();
        var id = LeaseId.NewRandom(Random.Shared);

        var granted = await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60), id);
        await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "v") { Lease = id });
        var renewed = await etcd.KeepAliveAsync(id, Limit);
        var info = await etcd.GetLeaseAsync(id, withKeys: true);
        var listed = await etcd.ListLeasesAsync();
        var again = await Assert.ThrowsAsync<EtcdException>(() => etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60), id));
        await etcd.RevokeLeaseAsync(id);
        var gone = await etcd.KeepAliveAsync(id, Limit);
        var after = await etcd.GetAsync(new EtcdOp.Get(_prefix + "k"));

        Assert.Equal(id, granted.Id);
        Assert.Equal(TimeSpan.FromSeconds(60), renewed.Ttl);
        Assert.Equal((Bytes)(_prefix + "k"), Assert.Single(info.Keys));
        Assert.Contains(id, listed);
        Assert.Equal((CoordinationErrorKind.LeaseAlreadyExists, WriteOutcome.NotApplied), (again.Kind, again.Outcome));
        Assert.True(gone.IsGone);
        Assert.Null(after.First);
    }

    [Fact]
    public async Task A_put_on_a_lease_that_does_not_exist_is_refused_and_not_applied()
    {
        await using var etcd = Server.CreateClient();

        var error = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "v") { Lease = new LeaseId(12345) }));

        Assert.Equal((CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied), (error.Kind, error.Outcome));
        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(_prefix + "k"))).First);
    }

    [Fact]
    public async Task Keep_alives_of_many_leases_share_streams_and_each_gets_its_own_answer()
    {
        await using var etcd = Server.CreateClient();
        var granted = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60 + n))));

        var renewed = await Task.WhenAll(granted.Select(lease => etcd.KeepAliveAsync(lease.Id, Limit)));

        Assert.Equal(granted.Select(lease => (lease.Id, lease.Ttl)), renewed.Select(lease => (lease.Id, lease.Ttl)));
    }

    [Fact]
    public async Task A_watch_reports_puts_and_deletes_from_its_revision_in_order()
    {
        await using var etcd = Server.CreateClient();
        var start = await etcd.PutAsync(new EtcdOp.Put(_prefix + "a", "0"));
        await etcd.PutAsync(new EtcdOp.Put(_prefix + "a", "1"));
        var signals = Channel.CreateUnbounded<EtcdWatchSignal>();

        using var watch = etcd.Watch(
            new EtcdWatchSpec(KeyRange.Prefix(_prefix), start.Header.Revision.Next) { PreviousValue = true }, s => signals.Writer.TryWrite(s));
        await etcd.DeleteAsync(new EtcdOp.Delete(_prefix + "a"));
        await etcd.PutAsync(new EtcdOp.Put(_prefix + "b", "2"));
        var events = await EventsAsync(signals, 3);

        Assert.Equal([(false, "1"), (true, ""), (false, "2")], events.Select(e => (e.IsDelete, e.Current.Value.ToText())));
        Assert.Equal("1", events[1].Previous!.Value.ToText());
    }

    [Fact]
    public async Task Many_watches_on_one_stream_each_see_their_own_key()
    {
        await using var etcd = Server.CreateClient();
        var now = (await etcd.GetAsync(new EtcdOp.Get(_prefix))).Header.Revision.Next;
        var channels = Enumerable.Range(0, 50).Select(_ => Channel.CreateUnbounded<EtcdWatchSignal>()).ToList();
        var watches = channels.Select((c, n) => etcd.Watch(new EtcdWatchSpec($"{_prefix}{n}", now), s => c.Writer.TryWrite(s))).ToList();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => etcd.PutAsync(new EtcdOp.Put($"{_prefix}{n}", $"{n}"))));

        for (var n = 0; n < 50; n++)
        {
            Assert.Equal($"{n}", Assert.Single(await EventsAsync(channels[n], 1)).Current.Value.ToText());
        }

        watches.ForEach(watch => watch.Dispose());
    }

    [Fact]
    public async Task A_watch_of_a_compacted_revision_ends_with_the_oldest_revision_there_is()
    {
        await using var etcd = Server.CreateClient();
        var first = await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "1"));
        var second = await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "2"));
        await etcd.CompactAsync(second.Header.Revision);
        var signals = Channel.CreateUnbounded<EtcdWatchSignal>();

        using var watch = etcd.Watch(new EtcdWatchSpec(_prefix + "k", first.Header.Revision), s => signals.Writer.TryWrite(s));
        EtcdWatchSignal signal;
        do
        {
            signal = await signals.Reader.ReadAsync().AsTask().WaitAsync(Limit);
        }
        while (signal is not EtcdWatchSignal.Ended);

        var cause = ((EtcdWatchSignal.Ended)signal).Cause;
        Assert.Equal(CoordinationErrorKind.Compacted, cause.Kind);
        Assert.True(cause.CompactRevision >= second.Header.Revision);
    }

    [Fact]
    public async Task A_write_whose_reply_is_lost_is_reported_as_unknown_and_not_sent_again()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient(TimeSpan.FromSeconds(1), proxy.Endpoint);
        await using var direct = Server.CreateClient();
        await etcd.GetAsync(new EtcdOp.Get(_prefix));
        proxy.DropReplies = true;

        var error = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "v")));

        Assert.Equal((CoordinationErrorKind.Timeout, WriteOutcome.Unknown), (error.Kind, error.Outcome));
        Assert.Equal(1, (await direct.GetAsync(new EtcdOp.Get(_prefix + "k"))).First!.Version);
    }

    [Fact]
    public async Task A_write_to_an_endpoint_that_cannot_be_reached_was_not_applied_and_names_it()
    {
        await using var etcd = Server.CreateClient(null, new Uri("http://127.0.0.1:1"));

        var error = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "v")));

        Assert.Equal((CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied), (error.Kind, error.Outcome));
        Assert.Contains("http://127.0.0.1:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_and_unsent_writes_move_on_to_the_next_endpoint()
    {
        await using var etcd = Server.CreateClient(null, new Uri("http://127.0.0.1:1"), Server.Endpoint);

        await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "v"));

        Assert.Equal("v", (await etcd.GetAsync(new EtcdOp.Get(_prefix + "k"))).First!.Value.ToText());
    }

    [Fact]
    public async Task A_reset_connection_is_made_again()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient(null, proxy.Endpoint);
        await etcd.PutAsync(new EtcdOp.Put(_prefix + "k", "1"));

        proxy.CutAll();
        var error = await Record.ExceptionAsync(() => etcd.GetAsync(new EtcdOp.Get(_prefix + "k")));
        var got = await etcd.GetAsync(new EtcdOp.Get(_prefix + "k"));

        Assert.True(error is null or EtcdException { Kind: CoordinationErrorKind.Unavailable });
        Assert.Equal("1", got.First!.Value.ToText());
    }

    [Fact]
    public async Task What_etcd_would_refuse_is_refused_before_it_is_sent()
    {
        await using var etcd = Server.CreateClient(null, new Uri("http://127.0.0.1:1"));
        var tooMany = new EtcdOp.Txn { Then = [.. Enumerable.Range(0, 129).Select(n => new EtcdOp.Put($"{_prefix}{n}", ""))] };

        var emptyKey = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync(new EtcdOp.Put("", "v")));
        var large = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync(new EtcdOp.Put("k", new byte[2 * 1024 * 1024])));
        var many = await Assert.ThrowsAsync<EtcdException>(() => etcd.TxnAsync(tooMany));

        Assert.Equal(CoordinationErrorKind.InvalidRequest, emptyKey.Kind);
        Assert.Equal(CoordinationErrorKind.TooLarge, large.Kind);
        Assert.Equal(CoordinationErrorKind.TooLarge, many.Kind);
    }

    [Fact]
    public async Task A_member_says_what_it_is()
    {
        await using var etcd = Server.CreateClient();

        var status = await etcd.GetStatusAsync();

        Assert.NotEqual(0UL, status.Header.ClusterId);
        Assert.Equal(status.Leader, status.Header.MemberId);
        Assert.StartsWith("3.", status.Version, StringComparison.Ordinal);
    }

    private static async Task<List<EtcdEvent>> EventsAsync(Channel<EtcdWatchSignal> signals, int count)
    {
        var events = new List<EtcdEvent>();
        while (events.Count < count)
        {
            var signal = await signals.Reader.ReadAsync().AsTask().WaitAsync(Limit);
            if (signal is EtcdWatchSignal.Changes changes)
            {
                events.AddRange(changes.Events);
            }
        }

        return events;
    }
}
