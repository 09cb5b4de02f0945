using Coordination.Etcd;
using Coordination.Messages;

namespace Coordination.IntegrationTests.Contracts;

public sealed class LockOnEmbedded(EmbeddedFixture fixture) : LockContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class LockOnRealEtcd(RealEtcdFixture fixture) : LockContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a lock promises while nothing is broken, on every server.</summary>
public abstract class LockContract(ServerFixture fixture) : ServerContract(fixture, "lock")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_acquired_lock_is_its_key_on_our_lease_with_the_token_as_its_revision()
    {
        await using var system = Server.StartSystem("owner-1");
        await using var etcd = Server.CreateClient();

        await using var handle = await system.Lock(Name).AcquireAsync(Limit);
        var stored = (await etcd.GetAsync(new EtcdOp.Get(Name))).First!;

        Assert.True(handle.IsHeld);
        Assert.InRange(handle.ValidFor, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        Assert.Equal(handle.Token, stored.ModRevision.Value);
        Assert.Equal(system.SessionLease, stored.Lease);
        Assert.Contains("\"owner\":\"owner-1\"", stored.Value.ToText(), StringComparison.Ordinal);
        Assert.Null(handle.LossReason);
    }

    [Fact]
    public async Task A_try_is_null_while_another_system_holds_the_lock_and_tells_who()
    {
        await using var holder = Server.StartSystem("holder");
        await using var other = Server.StartSystem("other");
        await using var handle = await holder.Lock(Name).AcquireAsync(Limit);

        Assert.Null(await other.Lock(Name).TryAcquireAsync());
        Assert.Equal("holder", (await other.Lock(Name).GetHolderAsync())!.Owner);
    }

    [Fact]
    public async Task A_try_is_null_while_the_same_system_holds_the_lock()
    {
        await using var system = Server.StartSystem();
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);

        Assert.Null(await system.Lock(Name).TryAcquireAsync());
    }

    [Fact]
    public async Task A_wait_that_runs_out_names_the_holder()
    {
        await using var holder = Server.StartSystem("holder");
        await using var other = Server.StartSystem("other");
        await using var handle = await holder.Lock(Name).AcquireAsync(Limit);

        var error = await Assert.ThrowsAsync<LockTimeoutException>(() => other.Lock(Name).AcquireAsync(TimeSpan.FromSeconds(1)));

        Assert.IsAssignableFrom<TimeoutException>(error);
        Assert.Equal((Name, TimeSpan.FromSeconds(1)), (error.Name, error.Timeout));
        Assert.Equal("holder", error.Holder!.Owner);
        Assert.Equal(handle.Token, error.Holder.Token);
    }

    [Fact]
    public async Task A_waiter_gets_the_lock_when_it_is_released_with_a_larger_token()
    {
        await using var holder = Server.StartSystem("holder");
        await using var other = Server.StartSystem("other");
        var first = await holder.Lock(Name).AcquireAsync(Limit);
        var waiting = other.Lock(Name).AcquireAsync(Limit);

        await first.ReleaseAsync();
        await using var second = await waiting;

        Assert.False(first.IsHeld);
        Assert.Equal(LossReason.Released, first.LossReason);
        Assert.False(first.Lost.IsCancellationRequested);
        Assert.True(second.IsHeld);
        Assert.True(second.Token > first.Token);
    }

    [Fact]
    public async Task Waiters_of_one_system_are_served_first_come_first_served()
    {
        await using var system = Server.StartSystem();
        var order = new List<int>();
        var first = await system.Lock(Name).AcquireAsync(Limit);
        var waiting = Enumerable.Range(0, 10).Select(async n =>
        {
            await using var handle = await system.Lock(Name).AcquireAsync(Limit);
            order.Add(n);
        }).ToList();

        await first.ReleaseAsync();
        await Task.WhenAll(waiting);

        Assert.Equal(Enumerable.Range(0, 10), order);
    }

    [Fact]
    public async Task Contending_systems_never_hold_the_lock_together_and_tokens_only_grow()
    {
        var systems = Enumerable.Range(0, 4).Select(n => Server.StartSystem($"system-{n}")).ToList();
        var inside = 0;
        var tokens = new List<long>();
        await Task.WhenAll(systems.SelectMany(system => Enumerable.Range(0, 3).Select(async _ =>
        {
            for (var round = 0; round < 10; round++)
            {
                await using var handle = await system.Lock(Name).AcquireAsync(Limit);
                Assert.Equal(1, Interlocked.Increment(ref inside));
                tokens.Add(handle.Token);
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            }
        })));
        foreach (var system in systems)
        {
            await system.DisposeAsync();
        }

        Assert.Equal(120, tokens.Count);
        Assert.Equal(tokens.Order().Distinct(), tokens);
    }

    [Fact]
    public async Task A_cancelled_wait_throws_and_leaves_no_key_behind()
    {
        await using var holder = Server.StartSystem("holder");
        await using var other = Server.StartSystem("other");
        await using var etcd = Server.CreateClient();
        var handle = await holder.Lock(Name).AcquireAsync(Limit);
        using var cancel = new CancellationTokenSource();
        var waiting = other.Lock(Name).AcquireAsync(null, cancel.Token);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await handle.ReleaseAsync();

        // Its ticket may still have been there when the lock was released, and then it was handed to it: it is given back.
        await etcd.UntilGoneAsync(Name);
    }

    [Fact]
    public async Task Requests_cancelled_at_any_moment_leave_no_key_behind()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await system.WaitUntilReadyAsync(Limit);
        for (var n = 0; n < 200; n++)
        {
            using var cancel = new CancellationTokenSource();
            var acquiring = system.Lock(Name).AcquireAsync(null, cancel.Token);
            for (var spin = 0; spin < n * 20; spin++)
            {
                Thread.SpinWait(10);
            }

            await cancel.CancelAsync();
            try
            {
                await using var handle = await acquiring;
            }
            catch (OperationCanceledException)
            {
                // The other legitimate end of the race.
            }
        }

        await etcd.UntilGoneAsync(Name);
        await using var after = await system.Lock(Name).AcquireAsync(Limit);
    }

    [Fact]
    public async Task Releasing_twice_or_after_a_newer_acquisition_does_nothing()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var first = await system.Lock(Name).AcquireAsync(Limit);
        await first.ReleaseAsync();
        await using var second = await system.Lock(Name).AcquireAsync(Limit);

        await first.ReleaseAsync();
        await first.DisposeAsync();

        Assert.Equal(second.Token, (await etcd.GetAsync(new EtcdOp.Get(Name))).First!.ModRevision.Value);
        Assert.True(second.IsHeld);
    }

    [Fact]
    public async Task A_plain_transaction_of_another_program_excludes_us_and_is_excluded()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var plain = new EtcdOp.Txn
        {
            If = [EtcdCompare.NotExists(Name)],
            Then = [new EtcdOp.Put(Name, "shell script on host-7")],
            Else = [new EtcdOp.Get(Name)],
        };

        var handle = await system.Lock(Name).AcquireAsync(Limit);
        Assert.False((await etcd.TxnAsync(plain)).Succeeded);
        await handle.ReleaseAsync();
        Assert.True((await etcd.TxnAsync(plain)).Succeeded);
        Assert.Null(await system.Lock(Name).TryAcquireAsync());
        var holder = await system.Lock(Name).GetHolderAsync();
        var waiting = system.Lock(Name).AcquireAsync(Limit);
        await etcd.DeleteAsync(new EtcdOp.Delete(Name));
        await using var after = await waiting;

        Assert.True(holder!.IsForeign);
        Assert.Equal("shell script on host-7", holder.Owner);
    }

    [Fact]
    public async Task A_lock_whose_key_is_deleted_by_somebody_is_lost_at_once()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);

        await etcd.DeleteAsync(new EtcdOp.Delete(Name));
        await handle.Lost.CancelledAsync();

        Assert.False(handle.IsHeld);
        Assert.Equal(LossReason.KeyDeleted, handle.LossReason);
    }

    [Fact]
    public async Task A_lock_whose_key_is_overwritten_is_lost_and_the_foreign_value_stays()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);

        await etcd.PutAsync(new EtcdOp.Put(Name, "mine"));
        await handle.Lost.CancelledAsync();
        await handle.ReleaseAsync();

        Assert.Equal(LossReason.KeyOverwritten, handle.LossReason);
        Assert.Equal("mine", (await etcd.GetAsync(new EtcdOp.Get(Name))).First!.Value.ToText());
        await etcd.DeleteAsync(new EtcdOp.Delete(Name));
    }

    [Fact]
    public async Task When_the_lease_is_revoked_by_somebody_the_lock_is_lost_and_can_be_acquired_under_the_next_lease()
    {
        await using var system = Server.StartSystem(ttl: TimeSpan.FromSeconds(2));
        await using var etcd = Server.CreateClient();
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);
        var lease = handle.Lease;

        await etcd.RevokeLeaseAsync(lease);
        await handle.Lost.CancelledAsync();
        await using var next = await system.Lock(Name).AcquireAsync(Limit);

        Assert.Contains(handle.LossReason, new LossReason?[] { LossReason.KeyDeleted, LossReason.LeaseGone });
        Assert.NotEqual(lease, next.Lease);
        Assert.True(next.Token > handle.Token);
    }

    [Fact]
    public async Task The_guard_lets_a_transaction_through_only_while_the_acquisition_lasts()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var handle = await system.Lock(Name).AcquireAsync(Limit);
        var write = new EtcdOp.Txn { If = [handle.Guard], Then = [new EtcdOp.Put(Name + ".data", "x")] };

        var during = await etcd.TxnAsync(write);
        await handle.ReleaseAsync();
        await using var next = await system.Lock(Name).AcquireAsync(Limit);
        var after = await etcd.TxnAsync(write);

        Assert.True(during.Succeeded);
        Assert.False(after.Succeeded);
    }

    [Fact]
    public async Task A_disposed_system_leaves_nothing_behind_and_its_waiters_fail()
    {
        await using var etcd = Server.CreateClient();
        await using var other = Server.StartSystem("other");
        await using var blocker = await other.Lock(Name + ".blocked").AcquireAsync(Limit);
        var system = Server.StartSystem();
        var handle = await system.Lock(Name).AcquireAsync(Limit);
        var waiting = system.Lock(Name + ".blocked").AcquireAsync();
        var lease = handle.Lease;

        await system.DisposeAsync();
        var error = await Assert.ThrowsAsync<CoordinationException>(() => waiting);

        Assert.Equal(CoordinationErrorKind.Stopped, error.Kind);
        Assert.False(handle.IsHeld);
        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(Name))).First);
        Assert.DoesNotContain(lease, await etcd.ListLeasesAsync());
        await handle.DisposeAsync();
        Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => system.Lock(Name).AcquireAsync())).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public async Task A_name_that_is_empty_or_too_long_is_refused(int length)
    {
        await using var system = Server.StartSystem();

        var error = Assert.Throws<ArgumentException>(() => system.Lock(new string('x', length)));

        Assert.Contains($"{length} bytes; allowed are 1 to 1024", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(25 * 24 * 3600)]
    public async Task A_timeout_below_zero_or_above_24_days_is_refused(double seconds)
    {
        await using var system = Server.StartSystem();
        var timeout = TimeSpan.FromSeconds(seconds);

        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => system.Lock(Name).AcquireAsync(timeout));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => system.Lock(Name).TryAcquireAsync(timeout));
        Assert.IsType<ArgumentOutOfRangeException>((await system.Actor.Ask<LockNews.Failed>(new LockRequest.Acquire(Name, timeout), Limit)).Error);

        Assert.Contains($"The timeout is {timeout}; allowed is 0 to 24.00:00:00", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handle_whose_lock_is_lost_stays_lost_and_releasing_it_touches_nobody_elses_key()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var handle = await system.Lock(Name).AcquireAsync(Limit);
        await etcd.DeleteAsync(new EtcdOp.Delete(Name));
        await handle.Lost.CancelledAsync();
        await using var next = await system.Lock(Name).AcquireAsync(Limit);

        await handle.ReleaseAsync();
        await handle.ReleaseAsync();
        await handle.DisposeAsync();
        var written = await etcd.TxnAsync(new EtcdOp.Txn { If = [handle.Guard], Then = [new EtcdOp.Put(Name + ".data", "x")] });

        Assert.False(handle.IsHeld);
        Assert.Equal(TimeSpan.Zero, handle.ValidFor);
        Assert.Equal(LossReason.KeyDeleted, handle.LossReason);
        Assert.True(handle.Lost.IsCancellationRequested);
        Assert.False(written.Succeeded);
        Assert.Equal(next.Token, (await etcd.GetAsync(new EtcdOp.Get(Name))).First!.ModRevision.Value);
        Assert.True(next.IsHeld);
    }
}
