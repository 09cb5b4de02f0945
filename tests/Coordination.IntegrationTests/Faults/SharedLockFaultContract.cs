using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Faults;

public sealed class SharedLockFaultsOnEmbedded(EmbeddedFixture fixture) : SharedLockFaultContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class SharedLockFaultsOnRealEtcd(RealEtcdFixture fixture) : SharedLockFaultContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What reader-writer locks and semaphores promise when the network misbehaves between them and etcd.</summary>
public abstract class SharedLockFaultContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    private readonly string _name = $"/test/shared-fault/{Guid.NewGuid():N}";

    private EtcdServer Server => fixture.Server;

    [Fact]
    public async Task S1_A_reader_cut_off_from_etcd_loses_its_place_before_a_writer_gets_in()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var holder = Server.StartSystem("holder", Ttl, proxy.Endpoint);
        await using var other = Server.StartSystem("other", Ttl);
        var reader = await holder.ReaderWriterLock(_name).AcquireReadAsync(Limit);
        var writing = other.ReaderWriterLock(_name).AcquireWriteAsync(Limit);
        var lostFirst = false;
        using var lost = reader.Lost.Register(() => lostFirst = !writing.IsCompleted);

        proxy.BlackHole(true);
        await using var writer = await writing;
        var gate = new FencingGate();
        gate.Pass(_name, writer.Token, writer.Floor);
        proxy.BlackHole(false);
        proxy.CutAll();

        Assert.Equal((false, LossReason.Expired, true), (reader.IsHeld, reader.LossReason, lostFirst));
        Assert.Equal(new FencingResult(false, writer.Token), gate.Pass(_name, reader.Token, reader.Floor));
    }

    [Fact]
    public async Task An_entry_whose_reply_is_lost_is_recognised_and_granted_once()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = Server.StartSystem("holder", TimeSpan.FromSeconds(20), proxy.Endpoint, TimeSpan.FromSeconds(1));
        await system.WaitUntilReadyAsync(Limit);
        proxy.DropReplies = true;
        var acquiring = system.Semaphore(_name, 2).AcquireAsync(2, Limit);
        var stored = await UntilEntryAsync(etcd);
        proxy.CutAll();
        proxy.DropReplies = false;

        await using var handle = await acquiring;

        Assert.Equal((stored.Key, stored.CreateRevision.Value), (handle.Key, handle.Token));
        Assert.Single((await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_name + "/")))).KeyValues);
    }

    [Fact]
    public async Task L4_An_entry_that_is_put_after_its_caller_gave_up_is_found_and_removed()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = Server.StartSystem("holder", TimeSpan.FromSeconds(20), proxy.Endpoint, TimeSpan.FromSeconds(1));
        await system.WaitUntilReadyAsync(Limit);
        using var cancel = new CancellationTokenSource();
        proxy.DropReplies = true;
        var acquiring = system.ReaderWriterLock(_name).AcquireWriteAsync(null, cancel.Token);
        var stored = await UntilEntryAsync(etcd);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring);

        proxy.CutAll();
        proxy.DropReplies = false;

        await etcd.UntilGoneAsync(stored.Key);
    }

    [Fact]
    public async Task A_release_whose_reply_is_lost_ends_and_lets_the_next_one_in()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var other = Server.StartSystem("other");
        await using var system = Server.StartSystem("holder", TimeSpan.FromSeconds(20), proxy.Endpoint, TimeSpan.FromSeconds(1));
        var handle = await system.Semaphore(_name, 1).AcquireAsync(1, Limit);
        var waiting = other.Semaphore(_name, 1).AcquireAsync(1, Limit);
        proxy.DropReplies = true;
        var releasing = handle.ReleaseAsync();
        await using var next = await waiting;

        proxy.CutAll();
        proxy.DropReplies = false;
        await releasing;

        Assert.True(next.IsHeld && next.Token > handle.Token);
    }

    [Fact]
    public async Task A_waiter_lines_up_again_under_a_new_lease_when_its_own_dies_and_holders_are_told()
    {
        await using var holder = Server.StartSystem("holder");
        await using var waiter = Server.StartSystem("waiter", Ttl);
        await using var etcd = Server.CreateClient();
        var writer = await holder.ReaderWriterLock(_name).AcquireWriteAsync(Limit);
        var permits = await waiter.Semaphore(_name, 1).AcquireAsync(1, Limit);
        var oldLease = waiter.SessionLease;
        var waiting = waiter.ReaderWriterLock(_name).AcquireReadAsync(Limit);

        await etcd.RevokeLeaseAsync(oldLease);
        await permits.Lost.CancelledAsync();
        Assert.False(waiting.IsCompleted);
        await writer.ReleaseAsync();
        await using var next = await waiting;

        Assert.Contains(permits.LossReason, new LossReason?[] { LossReason.KeyDeleted, LossReason.LeaseGone });
        Assert.NotEqual(oldLease, next.Lease);
        Assert.True(next.IsHeld && next.Token > writer.Token);
    }

    [Fact]
    public async Task While_etcd_is_away_a_try_fails_with_a_kind_and_a_wait_is_served_when_it_is_back()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var system = Server.StartSystem("holder", TimeSpan.FromSeconds(20), proxy.Endpoint, TimeSpan.FromSeconds(1));
        await system.WaitUntilReadyAsync(Limit);
        proxy.Refuse = true;
        proxy.CutAll();

        var error = await Assert.ThrowsAnyAsync<CoordinationException>(() => system.ReaderWriterLock(_name).TryAcquireReadAsync());
        var waiting = system.ReaderWriterLock(_name).AcquireReadAsync(Limit);
        proxy.Refuse = false;
        await using var handle = await waiting;

        Assert.Contains(error.Kind, new[] { CoordinationErrorKind.Unavailable, CoordinationErrorKind.Timeout });
        Assert.True(handle.IsHeld);
    }

    private async Task<KeyValue> UntilEntryAsync(EtcdClient etcd)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if ((await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_name + "/")))).First is { } entry)
            {
                return entry;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, "No entry was put.");
            await Task.Yield();
        }
    }
}
