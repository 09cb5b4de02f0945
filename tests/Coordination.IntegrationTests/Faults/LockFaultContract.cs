using Coordination.Chaos;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Faults;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class LockFaultsOnEmbedded(EmbeddedFixture fixture) : LockFaultContract(fixture), IClassFixture<EmbeddedFixture>;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class LockFaultsOnRealEtcd(RealEtcdFixture fixture) : LockFaultContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a lock promises when the network misbehaves between it and etcd: a proxy drops, cuts and hangs.</summary>
public abstract class LockFaultContract(ServerFixture fixture) : AnyLockFaultContract(fixture, "fault")
{
    /// <summary>From the last proven renewal: the TTL less 1 % and the margin, and 50 ms for the news.</summary>
    private static readonly TimeSpan Deadline = (Ttl * 0.99) - TimeSpan.FromMilliseconds(250) + TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_holder_cut_off_from_etcd_loses_the_lock_before_a_waiter_gets_it()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var holder = Server.StartSystem("holder", Ttl, proxy.Endpoint);
        await using var other = Server.StartSystem("other", Ttl);
        var handle = await holder.Lock(Name).AcquireAsync(Limit);
        var waiting = other.Lock(Name).AcquireAsync(Limit);
        var lostFirst = false;
        using var lost = handle.Lost.Register(() => lostFirst = !waiting.IsCompleted);

        proxy.BlackHole(true);
        var since = Stamp.Now;
        Assert.InRange(Stamp.Between(since, await handle.LostAtAsync()), TimeSpan.Zero, Deadline);
        await using var next = await waiting;

        Assert.False(handle.IsHeld);
        Assert.True(lostFirst);
        Assert.Equal(LossReason.Expired, handle.LossReason);
        Assert.True(next.Token > handle.Token);

        // Healed, so that the system can end in order.
        proxy.BlackHole(false);
        proxy.CutAll();
    }

    [Fact]
    public async Task A_holder_whose_renewals_are_not_answered_loses_the_lock_although_the_server_renews()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var system = Server.StartSystem("holder", Ttl, proxy.Endpoint);
        var handle = await system.Lock(Name).AcquireAsync(Limit);

        proxy.DropReplies = true;
        var since = Stamp.Now;
        Assert.InRange(Stamp.Between(since, await handle.LostAtAsync()), TimeSpan.Zero, Deadline);
        proxy.DropReplies = false;
        proxy.CutAll();
        await using var next = await system.Lock(Name).AcquireAsync(Limit);

        Assert.Equal(LossReason.Expired, handle.LossReason);
        Assert.True(next.Token > handle.Token);
    }

    [Fact]
    public async Task A_storm_of_resets_does_not_lose_the_lock()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var system = Server.StartSystem("holder", TimeSpan.FromSeconds(5), proxy.Endpoint);
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);
        var before = handle.Lease;
        for (var n = 0; n < 20; n++)
        {
            proxy.CutAll();
            await UntilAnsweredAsync(system.Etcd);
        }

        var since = Stamp.Now;
        await using var another = await system.Lock(Name + ".2").AcquireAsync(Limit);
        AssertWithin(TimeSpan.FromSeconds(2), since);

        Assert.True(handle.IsHeld);
        Assert.Equal(before, another.Lease);
    }

    [Fact]
    public async Task An_acquisition_whose_reply_is_lost_is_recognised_and_granted_once()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartBehindAsync(proxy);
        proxy.DropReplies = true;
        var acquiring = system.Lock(Name).AcquireAsync(Limit);
        var stored = await etcd.UntilAsync(Name, current => current is not null);
        proxy.CutAll();
        proxy.DropReplies = false;
        var since = Stamp.Now;

        await using var handle = await acquiring;

        AssertWithin(TimeSpan.FromSeconds(2), since);
        Assert.Equal(stored!.ModRevision.Value, handle.Token);
        Assert.Equal(1, (await etcd.GetAsync(new EtcdOp.Get(Name))).First!.Version);
    }

    [Fact]
    public async Task An_acquisition_that_commits_after_its_caller_gave_up_is_found_and_removed()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var system = await StartBehindAsync(proxy);
        using var cancel = new CancellationTokenSource();
        proxy.DropReplies = true;
        var acquiring = system.Lock(Name).AcquireAsync(null, cancel.Token);
        await etcd.UntilAsync(Name, current => current is not null);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring);

        proxy.CutAll();
        proxy.DropReplies = false;
        var since = Stamp.Now;

        await etcd.UntilGoneAsync(Name);
        AssertWithin(TimeSpan.FromSeconds(2), since);
    }

    [Fact]
    public async Task A_release_whose_reply_is_lost_cannot_delete_the_next_acquisition()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var etcd = Server.CreateClient();
        await using var other = Server.StartSystem("other");
        await using var system = await StartBehindAsync(proxy);
        var handle = await system.Lock(Name).AcquireAsync(Limit);
        await other.WaitUntilReadyAsync(Limit);
        proxy.DropReplies = true;
        var releasing = handle.ReleaseAsync();
        await etcd.UntilGoneAsync(Name);
        await using var next = await other.Lock(Name).AcquireAsync(Limit);

        proxy.CutAll();
        proxy.DropReplies = false;
        var since = Stamp.Now;
        await releasing;

        AssertWithin(TimeSpan.FromSeconds(2), since);
        Assert.Equal(next.Token, (await etcd.GetAsync(new EtcdOp.Get(Name))).First!.ModRevision.Value);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_waiter_whose_lease_dies_lines_up_again_under_the_next_one()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var holder = Server.StartSystem("holder");
        await using var waiter = Server.StartSystem("waiter", Ttl, proxy.Endpoint);
        var handle = await holder.Lock(Name).AcquireAsync(Limit);
        await waiter.WaitUntilReadyAsync(Limit);
        var oldLease = waiter.SessionLease;
        var waiting = waiter.Lock(Name).AcquireAsync(Limit);
        await using var etcd = Server.CreateClient();

        await etcd.RevokeLeaseAsync(oldLease);
        await handle.ReleaseAsync();
        await using var next = await waiting;

        Assert.NotEqual(oldLease, next.Lease);
        Assert.True(next.IsHeld);
    }

    protected override async Task<IClaim> AcquireAsync(CoordinationSystem system) => await system.Lock(Name).AcquireAsync(Limit);

    protected override async Task<IClaim?> TryAcquireAsync(CoordinationSystem system) => await system.Lock(Name).TryAcquireAsync();

    private static void AssertWithin(TimeSpan bound, long since) => Assert.InRange(Stamp.Between(since, Stamp.Now), TimeSpan.Zero, bound);

    /// <summary>Asks until etcd answers again; each question fails or succeeds at once.</summary>
    private static async Task UntilAnsweredAsync(IEtcdClient etcd)
    {
        while (await Record.ExceptionAsync(() => etcd.GetAsync(new EtcdOp.Get("/test"))) is EtcdException { Kind: CoordinationErrorKind.Unavailable })
        {
            await Task.Yield();
        }
    }
}
