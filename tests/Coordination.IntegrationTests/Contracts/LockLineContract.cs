using System.Collections.Concurrent;
using Coordination.Etcd;
using Coordination.Locks.Line;

namespace Coordination.IntegrationTests.Contracts;

public sealed class LockLineOnEmbedded(EmbeddedFixture fixture) : LockLineContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class LockLineOnRealEtcd(RealEtcdFixture fixture) : LockLineContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>Who waits for a lock is served in the order of coming, also between systems; and what one lock can be asked for besides.</summary>
public abstract class LockLineContract(ServerFixture fixture) : ServerContract(fixture, "line")
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private KeyRange Line => KeyRange.Prefix($"coordination/waiters/{Name.Replace("/", "%2F", StringComparison.Ordinal)}/");

    [Fact]
    public async Task Systems_are_served_in_the_order_in_which_they_lined_up()
    {
        await using var etcd = Server.CreateClient();
        await using var holder = Server.StartSystem("holder");
        await using var a = Server.StartSystem("a");
        await using var b = Server.StartSystem("b");
        await using var c = Server.StartSystem("c");
        await using var d = Server.StartSystem("d");
        var handle = await holder.Lock(Name).AcquireAsync(Limit);
        var served = new List<string>();
        var turns = new List<Task>();
        foreach (var system in (CoordinationSystem[])[c, a, d, b])
        {
            turns.Add(TakeTurnAsync(system, served));
            await WaitersAsync(etcd, turns.Count);
        }

        await handle.ReleaseAsync();
        await Task.WhenAll(turns).WaitAsync(Limit);

        Assert.Equal(["c", "a", "d", "b"], served);
        await WaitersAsync(etcd, 0);
    }

    [Fact]
    public async Task Systems_that_come_at_the_same_time_are_served_in_the_order_in_which_their_tickets_were_created()
    {
        await using var etcd = Server.CreateClient();
        await using var holder = Server.StartSystem("holder");
        var systems = Enumerable.Range(0, 8).Select(n => Server.StartSystem($"s{n}")).ToList();
        await Task.WhenAll(systems.Select(system => system.WaitUntilReadyAsync(Limit)));
        var held = await holder.Lock(Name).AcquireAsync(Limit);
        var served = new ConcurrentQueue<LeaseId>();
        var waiting = Task.WhenAll(systems.Select(async system =>
        {
            await using var handle = await system.Lock(Name).AcquireAsync(Limit);
            served.Enqueue(handle.Lease);
        }));
        await etcd.UntilCountAsync(Line, systems.Count);
        var tickets = (await etcd.GetAsync(new EtcdOp.Get(Line))).KeyValues;

        await held.ReleaseAsync();
        await waiting;

        Assert.Equal(tickets.OrderBy(kv => kv.CreateRevision).Select(kv => kv.Lease), served);
        await Task.WhenAll(systems.Select(system => system.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_holder_that_asks_again_at_once_does_not_overtake_who_waited()
    {
        await using var etcd = Server.CreateClient();
        await using var greedy = Server.StartSystem("greedy");
        await using var patient = Server.StartSystem("patient");
        for (var round = 0; round < 10; round++)
        {
            var served = new List<string>();
            var handle = await greedy.Lock(Name).AcquireAsync(Limit);
            var waiting = TakeTurnAsync(patient, served);
            await WaitersAsync(etcd, 1);

            var releasing = handle.ReleaseAsync();
            await TakeTurnAsync(greedy, served);
            await releasing;
            await waiting;

            Assert.Equal(["patient", "greedy"], served);
        }
    }

    [Fact]
    public async Task Who_gives_up_is_left_out_wherever_it_stood()
    {
        await using var etcd = Server.CreateClient();
        await using var holder = Server.StartSystem("holder");
        await using var first = Server.StartSystem("first");
        await using var middle = Server.StartSystem("middle");
        await using var last = Server.StartSystem("last");
        using var patience = new CancellationTokenSource();
        var handle = await holder.Lock(Name).AcquireAsync(Limit);
        var quitters = new List<Task>();
        foreach (var system in (CoordinationSystem[])[first, middle])
        {
            quitters.Add(system.Lock(Name).AcquireAsync(Limit, patience.Token));
            await WaitersAsync(etcd, quitters.Count);
        }

        var waiting = last.Lock(Name).AcquireAsync(Limit);
        await WaitersAsync(etcd, 3);
        await patience.CancelAsync();
        foreach (var quitter in quitters)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quitter);
        }

        await WaitersAsync(etcd, 1);
        await handle.ReleaseAsync();
        await using var next = await waiting;

        Assert.True(next.IsHeld);
        Assert.Equal(next.Lease, (await etcd.GetAsync(new EtcdOp.Get(Name))).First!.Lease);
    }

    [Fact]
    public async Task Systems_that_wait_again_and_again_tell_each_other_when_it_is_their_turn_and_leave_nothing_behind()
    {
        const int rounds = 30;
        var inboxes = KeyRange.Prefix("coordination/waiters/@");
        await using var etcd = Server.CreateClient();
        var notes = 0;
        var tokens = new ConcurrentQueue<long>();
        await using (var a = Server.StartSystem("a"))
        await using (var b = Server.StartSystem("b"))
        await using (var c = Server.StartSystem("c"))
        {
            using var spy = etcd.Watch(new EtcdWatchSpec(inboxes, Revision.None), signal =>
            {
                if (signal is EtcdWatchSignal.Changes changes)
                {
                    Interlocked.Add(ref notes, changes.Events.Count(e => !e.IsDelete && !e.Current.Value.IsEmpty));
                }
            });
            await Task.WhenAll(((CoordinationSystem[])[a, b, c]).Select(async system =>
            {
                for (var round = 0; round < rounds; round++)
                {
                    await using var handle = await system.Lock(Name).AcquireAsync(Limit);
                    tokens.Enqueue(handle.Token);
                }
            }));
        }

        // They only grow, in the order in which they were held: each enqueued its own while it held.
        Assert.Equal(tokens.Distinct().Order(), tokens);
        Assert.Equal(3 * rounds, tokens.Count);
        Assert.InRange(Volatile.Read(ref notes), rounds, 6 * rounds);
        await WaitersAsync(etcd, 0);
        await etcd.UntilCountAsync(inboxes, 0);
    }

    [Fact]
    public async Task What_somebody_writes_into_an_inbox_grants_nothing_and_costs_nobody_the_turn()
    {
        await using var etcd = Server.CreateClient();
        await using var holder = Server.StartSystem("holder");
        await using var waiter = Server.StartSystem("waiter");
        var tickets = new TicketKeys("coordination/waiters/", Name).Everybody;

        // The first round is told through the inbox, so it is watched in the second.
        for (var round = 0; round < 2; round++)
        {
            var handle = await holder.Lock(Name).AcquireAsync(Limit);
            var waiting = waiter.Lock(Name).AcquireAsync(Limit);
            await etcd.UntilCountAsync(tickets, 1);
            var inbox = TicketKeys.InboxOf("coordination/waiters/", waiter.SessionLease);
            foreach (var forged in (string[])["garbage", $$"""{"lock":"{{Name}}","to":"{{AttemptId.New(Random.Shared)}}","version":5,"next":[]}"""])
            {
                await etcd.PutAsync(new EtcdOp.Put(inbox, forged) { Lease = waiter.SessionLease });
            }

            await handle.ReleaseAsync();
            await using var next = await waiting;

            Assert.True(next.Token > handle.Token);
            Assert.Equal(next.Token, (await etcd.GetAsync(new EtcdOp.Get(Name))).First!.ModRevision.Value);
        }
    }

    [Fact]
    public async Task A_program_without_tickets_gets_its_turn_among_systems_that_hand_the_lock_on()
    {
        await using var etcd = Server.CreateClient();
        await using var a = Server.StartSystem("a");
        await using var b = Server.StartSystem("b");
        using var stop = new CancellationTokenSource();
        var crowd = Task.WhenAll(((CoordinationSystem[])[a, a, b, b]).Select(async system =>
        {
            while (!stop.IsCancellationRequested)
            {
                await using var handle = await system.Lock(Name).AcquireAsync(Limit);
            }
        }));

        var plain = new EtcdOp.Txn { If = [EtcdCompare.NotExists(Name)], Then = [new EtcdOp.Put(Name, "a shell script")] };
        var start = TimeProvider.System.GetTimestamp();
        var isHeld = false;
        while (!isHeld && TimeProvider.System.GetElapsedTime(start) < Limit)
        {
            await etcd.UntilGoneAsync(Name);
            isHeld = (await etcd.TxnAsync(plain)).Succeeded;
        }

        await stop.CancelAsync();
        await etcd.DeleteAsync(new EtcdOp.Delete(Name));
        await crowd.WaitAsync(Limit);
        Assert.True(isHeld);
    }

    [Fact]
    public async Task One_system_with_many_waiters_stands_in_line_once_and_takes_turns_with_others()
    {
        await using var etcd = Server.CreateClient();
        await using var holder = Server.StartSystem("holder");
        await using var many = Server.StartSystem("many");
        await using var one = Server.StartSystem("one");
        var handle = await holder.Lock(Name).AcquireAsync(Limit);
        var served = new List<string>();
        var turns = Enumerable.Range(0, 5).Select(_ => TakeTurnAsync(many, served)).ToList();
        await WaitersAsync(etcd, 1);
        turns.Add(TakeTurnAsync(one, served));
        await WaitersAsync(etcd, 2);

        await handle.ReleaseAsync();
        await Task.WhenAll(turns).WaitAsync(Limit);

        Assert.Equal(["many", "one", "many", "many", "many", "many"], served);
    }

    [Fact]
    public async Task A_lock_with_a_lease_of_its_own_gives_that_back_when_it_is_not_used_and_at_the_end()
    {
        await using var etcd = Server.CreateClient();
        var system = CoordinationSystem.Start(new CoordinationOptions
        {
            SessionTtl = TimeSpan.FromSeconds(5),
            Etcd = new EtcdClientOptions { Endpoints = [Server.Endpoint] },
            Locks = new LockOptions { IdleTimeout = TimeSpan.FromMilliseconds(100) },
        });
        var own = system.Lock(Name, new DistributedLockOptions { OwnLeaseTtl = TimeSpan.FromSeconds(3) });

        var handle = await own.AcquireAsync(Limit);
        var first = handle.Lease;
        Assert.NotEqual(system.SessionLease, first);
        Assert.Null(await system.Lock(Name).TryAcquireAsync());
        await handle.ReleaseAsync();
        await UntilLeaseIsGoneAsync(etcd, first);

        var again = await own.AcquireAsync(Limit);
        await system.DisposeAsync();

        Assert.DoesNotContain(again.Lease, await etcd.ListLeasesAsync());
        Assert.Null((await etcd.GetAsync(new EtcdOp.Get(Name))).First);
    }

    [Fact]
    public async Task After_an_unclean_end_nobody_acquires_for_the_lock_delay_and_after_a_release_at_once()
    {
        var options = new DistributedLockOptions { OwnLeaseTtl = TimeSpan.FromSeconds(2), LockDelay = TimeSpan.FromSeconds(3) };
        await using var proxy = TcpProxy.To(Server.Endpoint);
        await using var holder = Server.StartSystem("holder", endpoint: proxy.Endpoint);
        await using var waiter = Server.StartSystem("waiter");
        await (await holder.Lock(Name, options).AcquireAsync(Limit)).ReleaseAsync();
        await (await waiter.Lock(Name).AcquireAsync(Limit)).ReleaseAsync();

        var handle = await holder.Lock(Name, options).AcquireAsync(Limit);
        var waiting = AcquiredAtAsync();
        var lost = handle.LostAtAsync();
        proxy.BlackHole(true);

        Assert.InRange(TimeProvider.System.GetElapsedTime(await lost, await waiting), TimeSpan.FromSeconds(3), Limit);
        Assert.Equal(LossReason.Expired, handle.LossReason);

        async Task<long> AcquiredAtAsync()
        {
            await using var next = await waiter.Lock(Name).AcquireAsync(Limit);
            return TimeProvider.System.GetTimestamp();
        }
    }

    [Fact]
    public async Task A_lease_with_a_lock_delay_lives_longer_in_etcd_than_it_may_be_claimed()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var handle = await system.Lock(Name, new DistributedLockOptions { OwnLeaseTtl = TimeSpan.FromSeconds(2), LockDelay = TimeSpan.FromSeconds(60) }).AcquireAsync(Limit);

        Assert.Equal(TimeSpan.FromSeconds(62), (await etcd.GetLeaseAsync(handle.Lease)).Granted);
        Assert.InRange(handle.ValidFor, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_request_to_yield_reaches_the_holder_that_is_meant_even_when_it_looks_later_and_leaves_nothing()
    {
        await using var holder = Server.StartSystem("holder");
        await using var waiter = Server.StartSystem("waiter");
        var yieldKey = TicketKeys.YieldOf(waiter.Options.Locks.WaitersPrefix, Name);
        var first = await holder.Lock(Name).AcquireAsync(Limit);
        var waiting = waiter.Lock(Name).AcquireAsync(Limit);
        Assert.True(await waiter.Lock(Name).RequestYieldAsync());
        Assert.Equal(first.Lease, (await holder.Etcd.GetAsync(new EtcdOp.Get(yieldKey))).First!.Lease);

        await first.YieldRequested.CancelledAsync();
        await holder.Etcd.UntilGoneAsync(yieldKey);
        await first.ReleaseAsync();

        // The next one is not meant: it is asked by a request of its own.
        await using var second = await waiting;
        await holder.Etcd.PutAsync(new EtcdOp.Put(yieldKey, $"{first.Token}"));
        var requested = second.YieldRequested;
        await holder.Etcd.PutAsync(new EtcdOp.Put(yieldKey, "something else"));
        Assert.False(requested.IsCancellationRequested);
        Assert.True(await holder.Lock(Name).RequestYieldAsync());
        await requested.CancelledAsync();
        await holder.Etcd.UntilGoneAsync(yieldKey);
    }

    [Fact]
    public async Task A_hold_that_is_over_is_told_and_then_the_lock_goes_to_who_waits()
    {
        await using var holder = Server.StartSystem("holder");
        await using var waiter = Server.StartSystem("waiter");
        var handle = await holder.Lock(Name, new DistributedLockOptions { MaxHold = TimeSpan.FromMilliseconds(300) }).AcquireAsync(Limit);
        Assert.InRange(handle.ValidFor, TimeSpan.Zero, TimeSpan.FromMilliseconds(300));

        var waiting = WasHeldWhenAcquiredAsync();
        await handle.Lost.CancelledAsync();
        Assert.Equal(LossReason.HoldLimit, handle.LossReason);

        Assert.False(await waiting);
        await handle.ReleaseAsync();

        async Task<bool> WasHeldWhenAcquiredAsync()
        {
            await using var next = await waiter.Lock(Name).AcquireAsync(Limit);
            return handle.IsHeld;
        }
    }

    [Fact]
    public async Task Others_see_the_owner_that_the_options_name()
    {
        await using var system = Server.StartSystem("system");
        await using var handle = await system.Lock(Name, new DistributedLockOptions { Owner = "nightly report" }).AcquireAsync(Limit);

        Assert.Equal("nightly report", (await system.Lock(Name).GetHolderAsync())!.Owner);
    }

    private async Task TakeTurnAsync(CoordinationSystem system, List<string> served)
    {
        await using var handle = await system.Lock(Name).AcquireAsync(Limit);
        lock (served)
        {
            served.Add(system.Options.Owner);
        }
    }

    private async Task WaitersAsync(EtcdClient etcd, int count)
    {
        var changed = new SemaphoreSlim(0);
        var now = await etcd.GetAsync(new EtcdOp.Get(Line));
        using var watch = etcd.Watch(new EtcdWatchSpec(Line, now.Header.Revision.Next), _ => changed.Release());
        while ((await etcd.GetAsync(new EtcdOp.Get(Line) { CountOnly = true })).Count != count)
        {
            Assert.True(await changed.WaitAsync(Limit), $"the line never had {count} in it");
        }
    }

    private static async Task UntilLeaseIsGoneAsync(EtcdClient etcd, LeaseId lease)
    {
        // A key on the lease goes with it.
        var witness = $"/test/witness/{lease}";
        try
        {
            await etcd.PutAsync(new EtcdOp.Put(witness, "") { Lease = lease });
        }
        catch (EtcdException error) when (error.Kind == CoordinationErrorKind.LeaseNotFound)
        {
            return;
        }

        await etcd.UntilGoneAsync(witness);
    }
}
