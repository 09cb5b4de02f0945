using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;
using Mvccpb;

namespace Coordination.Embedded.Tests.Server;

public sealed class FaultsTests : ServerFixture
{
    [Fact]
    public async Task While_paused_nothing_is_applied_and_afterwards_everything_is()
    {
        var lease = await GrantAsync(5);
        Etcd.Faults.Pause();
        var put = PutAsync("a");
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, Etcd.Revision);
        Assert.False(put.IsCompleted);

        Etcd.Faults.Resume();
        Assert.Equal(2, await put);
        Time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(Etcd.Faults.ExpireLease(lease));
    }

    [Fact]
    public async Task A_paused_server_sends_no_events()
    {
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("a") });
        await watch.NextAsync();
        var lease = await GrantAsync(10);
        await PutAsync("a", lease: lease);
        await watch.NextAsync();
        Etcd.Faults.Pause();
        Assert.True(Etcd.Faults.ExpireLease(lease));
        var next = watch.NextAsync();
        await Task.Yield();
        Assert.False(next.IsCompleted);
        Etcd.Faults.Resume();
        Assert.Equal(Event.Types.EventType.Delete, (await next).Events[0].Type);
    }

    [Fact]
    public async Task A_lost_reply_leaves_the_write_behind()
    {
        Etcd.Faults.DropRepliesAfterCommit(1);
        var failure = await FailsAsync(PutAsync("a"));
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.Equal(1, (await GetAsync("a")).Count);
        Assert.Equal(3, await PutAsync("b"));
    }

    [Fact]
    public async Task A_predicate_picks_whose_reply_is_lost_and_silence_lasts_until_the_client_gives_up()
    {
        Etcd.Faults.DropRepliesAfterCommit(call => call is { Method: "Put", Key: "/lock" }, LostReply.Silence);
        Assert.Equal(2, await PutAsync("/other"));
        var timeout = (TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(100)).UtcDateTime;
        var failure = await FailsAsync(Kv.PutAsync(new PutRequest { Key = B("/lock") }, deadline: timeout).ResponseAsync);
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal(3, Etcd.Revision);
    }

    [Fact]
    public async Task Keep_alives_can_be_renewed_without_a_reply()
    {
        var (mute, heard) = (await GrantAsync(5), await GrantAsync(5));
        Etcd.Faults.DropRepliesAfterCommit(call => call.LeaseId == mute);
        using var call = Leases.LeaseKeepAlive(cancellationToken: Deadline);
        Time.Advance(TimeSpan.FromSeconds(4));
        await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = mute });
        await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = heard });
        Assert.True(await call.ResponseStream.MoveNext(Deadline));
        Assert.Equal(heard, call.ResponseStream.Current.ID);

        Time.Advance(TimeSpan.FromSeconds(4));
        Assert.True(Etcd.Faults.ExpireLease(mute));
    }

    [Fact]
    public async Task Delayed_replies_come_when_the_clock_has_moved_on()
    {
        Etcd.Faults.DelayReplies(TimeSpan.FromSeconds(2));
        var put = PutAsync("a");
        await UntilRevisionAsync(2);
        Assert.False(put.IsCompleted);
        Etcd.Faults.DelayReplies(TimeSpan.Zero);
        while (!put.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(2, await put);
    }

    [Fact]
    public async Task Disconnected_streams_end_with_an_error_and_can_be_opened_again()
    {
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("a") });
        await watch.NextAsync();
        Etcd.Faults.DisconnectStreams();
        await FailsAsync(watch.NextAsync());

        using var again = new TestWatch(Channel, Deadline);
        await again.SendAsync(new WatchCreateRequest { Key = B("a") });
        Assert.True((await again.NextAsync()).Created);
    }

    [Fact]
    public async Task Compacting_cancels_watches_that_start_too_early()
    {
        await PutAsync("a");
        await PutAsync("a");
        Etcd.Faults.CompactNow();
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("a"), StartRevision = 1 });
        await watch.NextAsync();
        Assert.Equal(3, (await watch.NextAsync()).CompactRevision);
        Assert.Throws<ArgumentOutOfRangeException>(() => Etcd.Faults.CompactNow(2));
    }

    [Fact]
    public async Task Forgotten_history_never_happened_and_its_revisions_are_used_again()
    {
        var lease = await GrantAsync(5);
        await PutAsync("kept", "1", lease);
        await PutAsync("kept", "2");
        await PutAsync("lost", lease: await GrantAsync(5));
        Etcd.Faults.ExpireLease(lease);

        Etcd.Faults.ForgetHistory(2);
        Assert.Equal("1", (await GetAsync("kept")).Kvs[0].Value.ToStringUtf8());
        Assert.Equal((0L, 2L), ((await GetAsync("lost")).Count, Etcd.Revision));
        Assert.Equal(3, await PutAsync("new"));
        Assert.Equal(1, (await GetAsync("kept")).Count);
        Assert.True(Etcd.Faults.ExpireLease(lease));
        Assert.Equal(0, (await GetAsync("kept")).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Etcd.Faults.ForgetHistory(9));
    }

    [Fact]
    public async Task A_restored_backup_has_the_old_keys_and_leases_and_larger_revisions_without_a_history()
    {
        var lease = await GrantAsync(5);
        await PutAsync("kept", "1", lease);
        await PutAsync("kept", "2");
        await PutAsync("lost", lease: await GrantAsync(5));
        Etcd.Faults.ExpireLease(lease);
        var cluster = (await GetAsync("kept")).Header.ClusterId;

        Etcd.Faults.RestoreBackup(2, bump: 100);
        var kept = await GetAsync("kept");
        Assert.Equal(("1", 2L, 104L), (kept.Kvs[0].Value.ToStringUtf8(), kept.Kvs[0].ModRevision, kept.Header.Revision));
        Assert.NotEqual(cluster, kept.Header.ClusterId);
        Assert.Equal(0, (await GetAsync("lost")).Count);
        Assert.Equal(105, await PutAsync("new"));
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("kept"), StartRevision = 3 });
        await watch.NextAsync();
        Assert.Equal(104, (await watch.NextAsync()).CompactRevision);
        Assert.True(Etcd.Faults.ExpireLease(lease));
        Assert.Equal(0, (await GetAsync("kept")).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Etcd.Faults.RestoreBackup(105, bump: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Etcd.Faults.RestoreBackup(3));
    }

    [Fact]
    public async Task Out_of_space_refuses_what_stores_and_serves_the_rest()
    {
        await PutAsync("a");
        Etcd.Faults.SetOutOfSpace(true);
        var refusal = await FailsAsync(PutAsync("a"));
        Assert.Equal((StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"), (refusal.StatusCode, refusal.Status.Detail));
        await FailsAsync(GrantAsync(5));
        await Kv.DeleteRangeAsync(new DeleteRangeRequest { Key = B("a") }, cancellationToken: Deadline);
        Etcd.Faults.SetOutOfSpace(false);
        await PutAsync("a");
    }
}
