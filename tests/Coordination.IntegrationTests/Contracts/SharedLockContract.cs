using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class SharedLockOnEmbedded(EmbeddedFixture fixture) : SharedLockContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class SharedLockOnRealEtcd(RealEtcdFixture fixture) : SharedLockContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What reader-writer locks and semaphores promise while nothing is broken, on every server.</summary>
public abstract class SharedLockContract(ServerFixture fixture) : ServerContract(fixture, "shared")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Readers_of_several_systems_are_in_together_and_a_writer_waits_for_all_of_them()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        var first = await one.ReaderWriterLock(Name).AcquireReadAsync(Limit);
        var second = await two.ReaderWriterLock(Name).AcquireReadAsync(Limit);
        var writing = two.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        await LineAsync(one, 3);

        await second.ReleaseAsync();
        await LineAsync(one, 2);
        Assert.False(writing.IsCompleted);
        Assert.True(first.IsHeld);
        await first.ReleaseAsync();
        await using var writer = await writing;

        Assert.True(writer is { IsHeld: true } && writer.Token > second.Token && second.Token > first.Token);
        Assert.Equal((0, 0, writer.Token), (first.Floor, second.Floor, writer.Floor));
    }

    [Fact]
    public async Task A_reader_that_comes_after_a_waiting_writer_waits_for_it()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        await using var three = Server.StartSystem("three");
        var reader = await one.ReaderWriterLock(Name).AcquireReadAsync(Limit);
        var writing = two.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        await LineAsync(one, 2);
        var readingLate = three.ReaderWriterLock(Name).AcquireReadAsync(Limit);
        await LineAsync(one, 3);

        Assert.Null(await one.ReaderWriterLock(Name).TryAcquireReadAsync());
        await reader.ReleaseAsync();
        var writer = await writing;
        Assert.False(readingLate.IsCompleted);
        await writer.ReleaseAsync();
        await using var late = await readingLate;

        Assert.True(late.Token > writer.Token);
    }

    [Fact]
    public async Task An_entry_is_one_key_on_our_lease_with_the_token_as_its_revision_and_a_value_for_people()
    {
        await using var system = Server.StartSystem("owner-1");
        await using var etcd = Server.CreateClient();

        await using var writer = await system.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        await using var permits = await system.Semaphore(Name, 5).AcquireAsync(2, Limit);
        var entries = await EntriesAsync(etcd);

        Assert.Equal([writer.Key, permits.Key], entries.Select(kv => kv.Key));
        Assert.Equal([writer.Token, permits.Token], entries.Select(kv => kv.ModRevision.Value));
        Assert.All(entries, kv => Assert.Equal(system.SessionLease, kv.Lease));
        Assert.StartsWith($"{Name}/rwlock/writers/{system.SessionLease}/", writer.Key.ToText(), StringComparison.Ordinal);
        Assert.StartsWith("{\"owner\":\"owner-1\",\"mode\":\"permits\",\"permits\":2,\"limit\":5,\"since\":", entries[1].Value.ToText(), StringComparison.Ordinal);
        Assert.Equal("owner-1", Assert.Single(await system.Semaphore(Name, 5).GetLineAsync()).Owner);
    }

    [Fact]
    public async Task No_more_permits_than_there_are_and_who_wants_many_is_not_overtaken()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        var first = await one.Semaphore(Name, 3).AcquireAsync(1, Limit);
        var second = await two.Semaphore(Name, 3).AcquireAsync(1, Limit);
        var many = one.Semaphore(Name, 3).AcquireAsync(2, Limit);
        await LineAsync(one, 3);
        var few = two.Semaphore(Name, 3).AcquireAsync(1, Limit);
        await LineAsync(one, 4);

        Assert.False(few.IsCompleted);
        Assert.Null(await two.Semaphore(Name, 3).TryAcquireAsync());
        await first.ReleaseAsync();
        await using var third = await many;
        Assert.False(few.IsCompleted);
        await second.ReleaseAsync();
        await using var fourth = await few;

        Assert.Equal((second.Token, third.Token), (third.Floor, fourth.Floor));
    }

    [Fact]
    public async Task Contending_systems_keep_the_rule_and_everybody_gets_a_turn()
    {
        var systems = Enumerable.Range(0, 3).Select(n => Server.StartSystem($"system-{n}")).ToList();
        int readers = 0, writers = 0, permits = 0, together = 0;
        await Task.WhenAll(systems.SelectMany(system => Enumerable.Range(0, 4).Select(async n =>
        {
            for (var round = 0; round < 8; round++)
            {
                if (n == 3)
                {
                    await using var writer = await system.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
                    Assert.Equal((1, 0), (Interlocked.Increment(ref writers), Volatile.Read(ref readers)));
                    await Task.Yield();
                    Interlocked.Decrement(ref writers);
                }
                else
                {
                    await using var reader = await system.ReaderWriterLock(Name).AcquireReadAsync(Limit);
                    Interlocked.Increment(ref readers);
                    Assert.Equal(0, Volatile.Read(ref writers));
                    await using var some = await system.Semaphore(Name, 4).AcquireAsync(1 + n, Limit);
                    Assert.InRange(Interlocked.Add(ref permits, 1 + n), 1, 4);
                    together = Math.Max(together, Volatile.Read(ref readers));
                    Interlocked.Add(ref permits, -1 - n);
                    Interlocked.Decrement(ref readers);
                }
            }
        })));
        foreach (var system in systems)
        {
            await system.DisposeAsync();
        }

        Assert.True(together > 1, "readers were never in together");
    }

    [Fact]
    public async Task Requests_of_one_system_are_served_in_their_order_also_those_that_wait_outside_of_the_line()
    {
        await using var system = Server.StartSystem(locks: new LockOptions { MaxInLine = 2 });
        var order = new List<int>();
        var first = await system.Semaphore(Name, 1).AcquireAsync(1, Limit);
        var waiting = Enumerable.Range(0, 10).Select(async n =>
        {
            await using var handle = await system.Semaphore(Name, 1).AcquireAsync(1, Limit);
            order.Add(n);
        }).ToList();
        await LineAsync(system, 3);

        await first.ReleaseAsync();
        await Task.WhenAll(waiting);

        Assert.Equal(Enumerable.Range(0, 10), order);
    }

    [Fact]
    public async Task A_contender_with_another_number_of_permits_is_refused_with_both_and_may_change_it_when_nobody_uses_it()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        await using var etcd = Server.CreateClient();
        var holder = await one.Semaphore(Name, 5).AcquireAsync(1, Limit);

        var error = await Assert.ThrowsAsync<SemaphoreLimitException>(() => two.Semaphore(Name, 3).AcquireAsync(1, Limit));
        var sameProcess = await Assert.ThrowsAsync<SemaphoreLimitException>(() => one.Semaphore(Name, 1).TryAcquireAsync());
        await holder.ReleaseAsync();
        await using var other = await two.Semaphore(Name, 3).AcquireAsync(1, Limit);

        Assert.Equal((3, 5, "one", CoordinationErrorKind.InvalidRequest), (error.AskedPermits, error.PermitsInUse, error.Holder!.Owner, error.Kind));
        Assert.Contains("asked for with 3 permits, but is in use with 5 ('one'", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 5), (sameProcess.AskedPermits, sameProcess.PermitsInUse));
        Assert.Equal(other.Key, Assert.Single(await EntriesAsync(etcd)).Key);
    }

    [Fact]
    public async Task A_try_and_a_wait_that_ran_out_name_the_oldest_in_line_and_leave_nothing_behind()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        await using var etcd = Server.CreateClient();
        await using var writer = await one.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        await using var all = await one.Semaphore(Name, 2).AcquireAsync(2, Limit);

        Assert.Null(await two.ReaderWriterLock(Name).TryAcquireReadAsync());
        Assert.Null(await two.ReaderWriterLock(Name).TryAcquireWriteAsync(TimeSpan.FromMilliseconds(50)));
        Assert.Null(await two.Semaphore(Name, 2).TryAcquireAsync());
        Assert.Null(await one.Semaphore(Name, 2).TryAcquireAsync());
        var error = await Assert.ThrowsAsync<LockTimeoutException>(() => two.Semaphore(Name, 2).AcquireAsync(1, TimeSpan.FromMilliseconds(50)));

        Assert.Equal(("one", all.Token), (error.Holder!.Owner, error.Holder.Token));
        await UntilLineAsync(etcd, 2);
    }

    [Fact]
    public async Task Requests_cancelled_at_any_moment_leave_no_entry_behind()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await system.WaitUntilReadyAsync(Limit);
        for (var n = 0; n < 100; n++)
        {
            using var cancel = new CancellationTokenSource();
            var acquiring = n % 2 == 0
                ? DisposedAsync(system.ReaderWriterLock(Name).AcquireWriteAsync(null, cancel.Token))
                : DisposedAsync(system.Semaphore(Name, 2).AcquireAsync(2, null, cancel.Token));
            for (var spin = 0; spin < n * 40; spin++)
            {
                Thread.SpinWait(10);
            }

            await cancel.CancelAsync();
            await acquiring;
        }

        await UntilLineAsync(etcd, 0);
        await using var after = await system.ReaderWriterLock(Name).AcquireWriteAsync(Limit);

        static async Task DisposedAsync<T>(Task<T> acquiring)
            where T : IClaim
        {
            try
            {
                await using var handle = await acquiring;
            }
            catch (OperationCanceledException)
            {
                // The other legitimate end of the race.
            }
        }
    }

    [Fact]
    public async Task Releasing_twice_does_nothing_and_never_touches_another_entry()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var first = await system.Semaphore(Name, 1).AcquireAsync(1, Limit);
        await first.ReleaseAsync();
        await using var second = await system.Semaphore(Name, 1).AcquireAsync(1, Limit);

        await first.ReleaseAsync();
        await first.DisposeAsync();

        Assert.Equal((false, LossReason.Released), (first.IsHeld, first.LossReason));
        Assert.False(first.Lost.IsCancellationRequested);
        Assert.True(second.IsHeld);
        Assert.Equal(second.Key, Assert.Single(await EntriesAsync(etcd)).Key);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_place_whose_entry_is_deleted_or_overwritten_by_somebody_is_lost(bool deleted)
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var handle = await system.ReaderWriterLock(Name).AcquireReadAsync(Limit);

        if (deleted)
        {
            await etcd.DeleteAsync(new EtcdOp.Delete(handle.Key));
        }
        else
        {
            await etcd.PutAsync(new EtcdOp.Put(handle.Key, "mine"));
        }

        await handle.Lost.CancelledAsync();
        await handle.ReleaseAsync();

        Assert.False(handle.IsHeld);
        Assert.Equal(deleted ? LossReason.KeyDeleted : LossReason.KeyOverwritten, handle.LossReason);
        Assert.Equal(deleted ? [] : new[] { "mine" }, (await EntriesAsync(etcd)).Select(kv => kv.Value.ToText()));
    }

    [Fact]
    public async Task A_waiter_whose_entry_is_deleted_by_somebody_lines_up_again()
    {
        await using var one = Server.StartSystem("one");
        await using var two = Server.StartSystem("two");
        await using var etcd = Server.CreateClient();
        var holder = await one.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        var waiting = two.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        await LineAsync(one, 2);
        var place = (await EntriesAsync(etcd)).Single(kv => kv.Key != holder.Key);

        await etcd.DeleteAsync(new EtcdOp.Delete(place.Key));
        await holder.ReleaseAsync();
        await using var writer = await waiting;

        Assert.NotEqual(place.Key, writer.Key);
        Assert.True(writer.IsHeld);
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_takes_all_permits_and_is_reported_as_foreign()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await etcd.PutAsync(new EtcdOp.Put($"{Name}/semaphore/somebody", "from a shell script"));

        var error = await Assert.ThrowsAsync<LockTimeoutException>(() => system.Semaphore(Name, 9).AcquireAsync(1, TimeSpan.FromSeconds(1)));
        var waiting = system.Semaphore(Name, 9).AcquireAsync(1, Limit);
        await etcd.DeleteAsync(new EtcdOp.Delete($"{Name}/semaphore/somebody"));
        await using var handle = await waiting;

        Assert.Equal(("from a shell script", true), (error.Holder!.Owner, error.Holder.IsForeign));
    }

    [Fact]
    public async Task The_guard_lets_a_transaction_through_only_while_the_place_lasts()
    {
        await using var system = Server.StartSystem();
        var handle = await system.Semaphore(Name, 2).AcquireAsync(1, Limit);
        var write = new EtcdOp.Txn { If = [handle.Guard], Then = [new EtcdOp.Put(Name + ".data", "x")] };

        var during = await system.Etcd.TxnAsync(write);
        await handle.ReleaseAsync();
        var after = await system.Etcd.TxnAsync(write);

        Assert.True(during.Succeeded);
        Assert.False(after.Succeeded);
    }

    [Fact]
    public async Task A_disposed_system_leaves_nothing_behind_and_its_waiters_fail()
    {
        await using var etcd = Server.CreateClient();
        await using var other = Server.StartSystem("other");
        var system = Server.StartSystem();
        var handle = await system.ReaderWriterLock(Name).AcquireWriteAsync(Limit);
        var waiting = system.ReaderWriterLock(Name).AcquireReadAsync();
        await LineAsync(other, 2);
        var otherWaits = other.ReaderWriterLock(Name).AcquireReadAsync(Limit);

        await system.DisposeAsync();
        var error = await Assert.ThrowsAsync<CoordinationException>(() => waiting);
        await using var next = await otherWaits;

        Assert.Equal(CoordinationErrorKind.Stopped, error.Kind);
        Assert.False(handle.IsHeld);
        Assert.Equal(next.Key, Assert.Single(await EntriesAsync(etcd)).Key);
        await handle.DisposeAsync();
    }

    [Fact]
    public async Task Bad_input_is_refused_by_name_and_value()
    {
        await using var system = Server.StartSystem();

        Assert.Contains("0 bytes; allowed are 1 to 1024", Assert.Throws<ArgumentException>(() => system.ReaderWriterLock("")).Message, StringComparison.Ordinal);
        Assert.Contains("1025 bytes", Assert.Throws<ArgumentException>(() => system.Semaphore(new string('x', 1025), 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => system.Semaphore(Name, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => system.ReaderWriterLock(Name).AcquireReadAsync(TimeSpan.FromSeconds(-1)));
        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => system.Semaphore(Name, 2).AcquireAsync(3));
        Assert.Contains("allowed are 1 to 2", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Waits until that many are in line.</summary>
    private Task LineAsync(CoordinationSystem system, int count) => UntilLineAsync(system.Etcd, count);

    private async Task UntilLineAsync(IEtcdClient etcd, int count)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while ((await EntriesAsync(etcd)).Count != count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(limit) < Limit, $"There are never {count} in line.");
            await Task.Yield();
        }
    }

    private async Task<List<KeyValue>> EntriesAsync(IEtcdClient etcd) =>
        [.. (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(Name + "/")))).KeyValues.OrderBy(kv => kv.CreateRevision)];
}
