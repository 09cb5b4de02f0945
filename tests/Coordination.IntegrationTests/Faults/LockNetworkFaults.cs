using Coordination.Chaos;
using Coordination.Etcd;
using Coordination.IntegrationTests.Contracts;

namespace Coordination.IntegrationTests.Faults;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class LockNetworkFaultsOnEmbedded(EmbeddedFixture fixture) : LockNetworkFaults(fixture), IClassFixture<EmbeddedFixture>;

[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class LockNetworkFaultsOnRealEtcd(RealEtcdFixture fixture) : LockNetworkFaults(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>
/// Connections that are slow, half open, or lose what matters most; and what of it must be over after a known time. An old server's renewals are proven
/// by a second round trip; where the first one is what is measured this is switched off: these servers are alone and cannot be stale leaders.
/// </summary>
public abstract class LockNetworkFaults(ServerFixture fixture) : ServerContract(fixture, "network")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortTtl = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task When_the_connections_to_one_member_are_half_open_the_lock_stays_held_over_another_one()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var system = Start(Ttl, TimeSpan.FromMilliseconds(500), proxy.Endpoint, Server.Endpoint);
        await system.WaitUntilReadyAsync(Limit);
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);
        proxy.BlackHole(true);
        var frozenAt = Stamp.Now;

        await using var another = await system.Lock(Name + ".2").AcquireAsync(Limit);
        var took = Stamp.Between(frozenAt, Stamp.Now);
        await Stamp.PassAsync(Ttl);

        // The request timeout, and a first step of the backoff.
        Assert.InRange(took, TimeSpan.Zero, Ttl / 3);
        Assert.True(handle.IsHeld);
        Assert.True(another.IsHeld);
    }

    [Fact]
    public async Task When_the_connections_to_the_only_member_are_half_open_the_lock_stays_held_over_new_ones()
    {
        await using var proxy = new TcpProxy(Server.Endpoint);
        await using var system = Start(ShortTtl, TimeSpan.FromMilliseconds(500), proxy.Endpoint);
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);
        proxy.FreezeLinks();

        await Stamp.PassAsync(ShortTtl);

        Assert.True(handle.IsHeld);
    }

    [Fact]
    public async Task A_lock_stays_held_while_a_round_trip_takes_less_than_a_third_of_its_TTL()
    {
        var ttl = TimeSpan.FromSeconds(4);
        await using var proxy = new TcpProxy(Server.Endpoint);

        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = ttl,
            RenewalProof = RenewalProof.Never,
            Etcd = new EtcdClientOptions { Endpoints = [proxy.Endpoint] },
        });
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);

        proxy.Delay = ttl * 0.3;
        await Stamp.PassAsync(ttl * 1.4);

        Assert.True(handle.IsHeld);
        proxy.Delay = TimeSpan.Zero;
    }

    [Fact]
    public async Task A_lease_whose_grant_was_not_answered_is_adopted_under_its_id()
    {
        await using var proxy = new TcpProxy(Server.Endpoint) { DropReplies = true };
        await using var etcd = Server.CreateClient();
        var before = await etcd.ListLeasesAsync();
        var asked = proxy.RequestPassedAsync();
        await using var system = Start(Ttl, TimeSpan.FromMilliseconds(500), proxy.Endpoint);
        await asked;
        var granted = LeaseId.None;
        while (granted == LeaseId.None)
        {
            granted = (await etcd.ListLeasesAsync()).Except(before).SingleOrDefault();
        }

        proxy.CutAll();
        proxy.DropReplies = false;
        var healedAt = Stamp.Now;
        await system.WaitUntilReadyAsync(Limit);
        var took = Stamp.Between(healedAt, Stamp.Now);

        Assert.Equal(granted, system.SessionLease);
        Assert.Single((await etcd.ListLeasesAsync()).Except(before));
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_ticket_whose_owner_does_not_react_costs_the_next_one_less_than_two_seconds()
    {
        await using var etcd = Server.CreateClient();
        await using var holder = Server.StartSystem("holder");
        await using var next = Server.StartSystem("next");
        var line = $"coordination/waiters/{Name.Replace("/", "%2F", StringComparison.Ordinal)}/";
        var handle = await holder.Lock(Name).AcquireAsync(Limit);
        await etcd.PutAsync(new EtcdOp.Put($"{line}0000000000000001-0000000000000001", "of nobody, for ever"));
        var waiting = next.Lock(Name).AcquireAsync(Limit);
        await etcd.UntilCountAsync(KeyRange.Prefix(line), 2);
        var releasedAt = Stamp.Now;

        await handle.ReleaseAsync();
        await using var second = await waiting;

        Assert.InRange(Stamp.Between(releasedAt, Stamp.Now), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a shell script")]
    [InlineData("{\"owner\":")]
    [InlineData("{\"owner\":null,\"attempt\":7}")]
    [InlineData("\0\u0001\ufffd")]
    [InlineData("huge")]
    public async Task A_foreign_key_without_a_lease_is_a_holder_that_is_told_of_and_left_alone(string text)
    {
        await using var etcd = Server.CreateClient();
        await using var system = Server.StartSystem();
        await system.WaitUntilReadyAsync(Limit);
        Bytes value = text == "huge" ? (Bytes)new string('x', 1024 * 1024) : text == "" ? Bytes.Empty : (byte[])[.. Bytes.FromText(text).Span, 0xff, 0xfe];
        var stored = await etcd.PutAsync(new EtcdOp.Put(Name, value));
        var askedAt = Stamp.Now;

        var got = await system.Lock(Name).TryAcquireAsync();
        var holder = await system.Lock(Name).GetHolderAsync();
        var took = Stamp.Between(askedAt, Stamp.Now);
        var late = await Assert.ThrowsAsync<LockTimeoutException>(() => system.Lock(Name).AcquireAsync(TimeSpan.FromMilliseconds(100)));
        var waiting = system.Lock(Name).AcquireAsync(Limit);
        var after = (await etcd.GetAsync(new EtcdOp.Get(Name))).First!;
        await etcd.DeleteAsync(new EtcdOp.Delete(Name));
        await using var handle = await waiting;

        Assert.Null(got);
        Assert.True(holder!.IsForeign);
        Assert.InRange(holder.Owner.Length, 0, 100);
        Assert.True(late.Holder!.IsForeign);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(stored.Header.Revision, after.ModRevision);
        Assert.Equal(value, after.Value);
    }

    [Fact]
    public async Task Interference_is_told_in_half_a_second_when_the_key_is_gone_and_in_one_when_it_is_overwritten()
    {
        await using var etcd = Server.CreateClient();
        (LossReason?[] Reasons, double Bound, Func<ILockHandle, Task> Interfere)[] ways =
        [
            ([LossReason.KeyDeleted, LossReason.LeaseGone], 0.5, handle => etcd.RevokeLeaseAsync(handle.Lease)),
            ([LossReason.KeyDeleted], 0.5, handle => etcd.DeleteAsync(new EtcdOp.Delete(Name))),
            ([LossReason.KeyOverwritten], 1, handle => etcd.PutAsync(new EtcdOp.Put(Name, "mine"))),
        ];
        foreach (var (reasons, bound, interfere) in ways)
        {
            await using var system = Server.StartSystem();
            await using var handle = await system.Lock(Name).AcquireAsync(Limit);
            var at = Stamp.Now;

            await interfere(handle);
            var lostAt = await handle.LostAtAsync();

            Assert.InRange(Stamp.Between(at, lostAt), TimeSpan.Zero, TimeSpan.FromSeconds(bound));
            Assert.Contains(handle.LossReason, reasons);
        }

        await etcd.DeleteAsync(new EtcdOp.Delete(Name));
    }

    [Fact]
    public async Task A_wall_clock_that_jumps_by_an_hour_either_way_changes_nothing()
    {
        var time = new JumpingTime();
        await using var other = Server.StartSystem("other", ShortTtl);
        await using var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = ShortTtl,
            TimeProvider = time,
            Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint] },
        });
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);
        var waiting = other.Lock(Name).AcquireAsync(Limit);

        foreach (var jump in (double[])[1, -2])
        {
            time.Jump(TimeSpan.FromHours(jump));
            Assert.True(handle.IsHeld);
            await Stamp.PassAsync(ShortTtl * 0.6);
        }

        // Held for longer than a TTL, so it was renewed; and nobody else was let in.
        Assert.True(handle.IsHeld);
        Assert.False(waiting.IsCompleted);
        await handle.ReleaseAsync();
        await using var next = await waiting;
    }

    private static CoordinationSystem Start(TimeSpan ttl, TimeSpan requestTimeout, params Uri[] endpoints) => CoordinationSystem.Start(new CoordinationOptions
    {
        SessionTtl = ttl,
        RenewalProof = RenewalProof.Never,
        Etcd = new EtcdClientOptions { Endpoints = [.. endpoints], RequestTimeout = requestTimeout },
    });

    /// <summary>The wall clock is set, as by an administrator; the monotonic clock and the timers know nothing of it.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private long _offset;

        public override long TimestampFrequency => SuspendAwareTimeProvider.Instance.TimestampFrequency;

        public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

        public override DateTimeOffset GetUtcNow() => SuspendAwareTimeProvider.Instance.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));

        public override long GetTimestamp() => SuspendAwareTimeProvider.Instance.GetTimestamp();
    }
}
