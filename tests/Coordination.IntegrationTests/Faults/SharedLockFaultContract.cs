using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Faults;

public sealed class SharedLockFaultsOnEmbedded(EmbeddedFixture fixture) : SharedLockFaultContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class SharedLockFaultsOnRealEtcd(RealEtcdFixture fixture) : SharedLockFaultContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What reader-writer locks and semaphores promise when the network misbehaves between them and etcd.</summary>
public abstract class SharedLockFaultContract(ServerFixture fixture) : AnyLockFaultContract(fixture, "shared-fault")
{
    [Fact]
    public async Task A_reader_cut_off_from_etcd_loses_its_place_before_a_writer_gets_in()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var holder = Server.StartSystem("holder", Ttl, proxy.Endpoint);
        await using var other = Server.StartSystem("other", Ttl);
        var reader = await holder.ReaderWriterLock(Name).AcquireReadAsync(Limit);
        var writing = other.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        var lostFirst = false;
        using var lost = reader.Lost.Register(() => lostFirst = !writing.IsCompleted);

        proxy.BlackHole(true);
        await using var writer = await writing;
        var gate = new FencingGate();
        gate.Pass(Name, writer.Token, writer.Floor);
        proxy.BlackHole(false);
        proxy.CutAll();

        Assert.Equal((false, LossReason.Expired, true), (reader.IsHeld, reader.LossReason, lostFirst));
        Assert.Equal(new FencingResult(false, writer.Token), gate.Pass(Name, reader.Token, reader.Floor));
    }

    [Fact]
    public async Task An_entry_whose_reply_is_lost_is_recognised_and_granted_once()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartBehindAsync(proxy);
        proxy.DropReplies = true;
        var acquiring = system.Semaphore(Name, 2).AcquireAsync(2, Limit);
        var stored = await UntilEntryAsync(etcd);
        proxy.CutAll();
        proxy.DropReplies = false;

        await using var handle = await acquiring;

        Assert.Equal((stored.Key, stored.CreateRevision.Value), (handle.Key, handle.Token));
        Assert.Single((await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(Name + "/")))).KeyValues);
    }

    [Fact]
    public async Task An_entry_that_is_put_after_its_caller_gave_up_is_found_and_removed()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartBehindAsync(proxy);
        using var cancel = new CancellationTokenSource();
        proxy.DropReplies = true;
        var acquiring = system.ReaderWriterLock(Name).AcquireWriteAsync(null, cancel.Token);
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
        await using var system = await StartBehindAsync(proxy);
        var handle = await system.Semaphore(Name, 1).AcquireAsync(1, Limit);
        var waiting = other.Semaphore(Name, 1).AcquireAsync(1, Limit);
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
        var writer = await holder.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        var permits = await waiter.Semaphore(Name, 1).AcquireAsync(1, Limit);
        var oldLease = waiter.SessionLease;
        var waiting = waiter.ReaderWriterLock(Name).AcquireReadAsync(Limit);

        await etcd.RevokeLeaseAsync(oldLease);
        await permits.Lost.CancelledAsync();
        Assert.False(waiting.IsCompleted);
        await writer.ReleaseAsync();
        await using var next = await waiting;

        Assert.Contains(permits.LossReason, new LossReason?[] { LossReason.KeyDeleted, LossReason.LeaseGone });
        Assert.NotEqual(oldLease, next.Lease);
        Assert.True(next.IsHeld && next.Token > writer.Token);
    }

    protected override async Task<IClaim> AcquireAsync(CoordinationSystem system) => await system.ReaderWriterLock(Name).AcquireReadAsync(Limit);

    protected override async Task<IClaim?> TryAcquireAsync(CoordinationSystem system) => await system.ReaderWriterLock(Name).TryAcquireReadAsync();

    private async Task<KeyValue> UntilEntryAsync(EtcdClient etcd)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if ((await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(Name + "/")))).First is { } entry)
            {
                return entry;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, "No entry was put.");
            await Task.Yield();
        }
    }
}
