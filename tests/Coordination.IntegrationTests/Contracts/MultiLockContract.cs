using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class MultiLockOnEmbedded(EmbeddedFixture fixture) : MultiLockContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class MultiLockOnRealEtcd(RealEtcdFixture fixture) : MultiLockContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What several locks at once promise, on every server.</summary>
public abstract class MultiLockContract(ServerFixture fixture) : ServerContract(fixture, "multi")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task All_are_acquired_once_each_in_the_order_of_their_names_with_one_handle()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem("other");

        await using var handle = await system.MultiLock($"{Name}/b", $"{Name}/a", $"{Name}/b").AcquireAsync(Limit);

        Assert.Equal([$"{Name}/a", $"{Name}/b"], handle.Handles.Select(h => h.Key.ToText()));
        Assert.Equal(handle.Handles.Select(h => h.Token).Order(), handle.Handles.Select(h => h.Token));
        Assert.Equal(handle.Handles[1].Token, handle.Handles.Single(h => h.Name == $"{Name}/b").Token);
        Assert.True(handle.IsHeld && handle.ValidFor > TimeSpan.Zero && handle.LossReason is null);
        Assert.Null(await other.Lock($"{Name}/a").TryAcquireAsync());
        Assert.True((await system.Etcd.TxnAsync(new EtcdOp.Txn { If = handle.Guards, Then = [new EtcdOp.Put(Name, "x")] })).Succeeded);

        await handle.ReleaseAsync();
        Assert.Empty(await KeysAsync(other));
        Assert.False((await system.Etcd.TxnAsync(new EtcdOp.Txn { If = handle.Guards, Then = [new EtcdOp.Put(Name, "y")] })).Succeeded);
        Assert.Equal((false, LossReason.Released, false), (handle.IsHeld, handle.LossReason, handle.Lost.IsCancellationRequested));
    }

    [Fact]
    public async Task When_one_is_held_a_try_is_null_and_a_wait_names_it_and_the_others_are_free_again()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem("other");
        await using var held = await other.Lock($"{Name}/c").AcquireAsync(Limit);
        var locks = system.MultiLock($"{Name}/a", $"{Name}/b", $"{Name}/c");

        Assert.Null(await locks.TryAcquireAsync());
        Assert.Equal(held.Key, Assert.Single(await KeysAsync(other)));
        var error = await Assert.ThrowsAsync<LockTimeoutException>(() => locks.AcquireAsync(TimeSpan.FromMilliseconds(100)));

        Assert.Equal(held.Key, Assert.Single(await KeysAsync(other)));
        Assert.Contains($"'{Name}/c' was not acquired within 0.1 s: 'other' holds it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Those_who_want_the_same_locks_in_another_order_do_not_block_each_other()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        var inside = 0;
        await Task.WhenAll(new[] { one, two, one, two }.Select(async (system, n) =>
        {
            string[] names = [$"{Name}/a", $"{Name}/b", $"{Name}/c"];
            for (var round = 0; round < 8; round++)
            {
                await using var handle = await system.MultiLock(n < 2 ? names : names.Reverse()).AcquireAsync(Limit);
                Assert.Equal(1, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            }
        }));
    }

    [Fact]
    public async Task Requests_cancelled_at_any_moment_leave_no_key_behind()
    {
        await using var system = Server.StartSystem();
        await system.WaitUntilReadyAsync(Limit);
        for (var n = 0; n < 60; n++)
        {
            using var cancel = new CancellationTokenSource();
            var acquiring = system.MultiLock($"{Name}/a", $"{Name}/b", $"{Name}/c").AcquireAsync(null, cancel.Token);
            for (var spin = 0; spin < n * 150; spin++)
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

        foreach (var name in new[] { "a", "b", "c" })
        {
            await system.Etcd.UntilGoneAsync($"{Name}/{name}");
        }
    }

    [Fact]
    public async Task It_is_lost_when_one_is_and_a_release_gives_back_the_others()
    {
        await using var system = Server.StartSystem();
        var handle = await system.MultiLock($"{Name}/a", $"{Name}/b").AcquireAsync(Limit);

        await system.Etcd.DeleteAsync(new EtcdOp.Delete($"{Name}/b"));
        await handle.Lost.CancelledAsync();

        Assert.Equal((false, LossReason.KeyDeleted, TimeSpan.Zero), (handle.IsHeld, handle.LossReason, handle.ValidFor));
        Assert.True(handle.Handles[0].IsHeld);
        await handle.DisposeAsync();
        Assert.Empty(await KeysAsync(system));
    }

    [Fact]
    public async Task Bad_names_are_refused()
    {
        await using var system = Server.StartSystem();

        Assert.Contains("No name is given; allowed are 1 to 128", Assert.Throws<ArgumentException>(() => system.MultiLock()).Message, StringComparison.Ordinal);
        Assert.Contains("129 different names", Assert.Throws<ArgumentException>(() => system.MultiLock(Enumerable.Range(0, 129).Select(n => $"{n}"))).Message, StringComparison.Ordinal);
        Assert.Contains("0 bytes", Assert.Throws<ArgumentException>(() => system.MultiLock("a", "")).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => system.MultiLock("a").AcquireAsync(TimeSpan.FromSeconds(-1)));
    }

    private async Task<IEnumerable<Bytes>> KeysAsync(CoordinationSystem system) =>
        (await system.Etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(Name + "/")))).KeyValues.Select(kv => kv.Key);
}
