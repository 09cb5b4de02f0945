using Coordination.Etcd;

namespace Coordination.Packages.Tests.Recipes;

public sealed class TransactionsOnEmbedded(EmbeddedFixture fixture) : TransactionContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class TransactionsOnRealEtcd(RealEtcdFixture fixture) : TransactionContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What transactions that are tried again promise, and the counter that is made of them.</summary>
public abstract class TransactionContract(ServerFixture fixture) : RecipeContract(fixture, "stm")
{
    private string A => Name + "/a";

    private string B => Name + "/b";

    [Fact]
    public async Task It_reads_decides_and_writes_and_sees_what_it_has_written()
    {
        await Etcd.PutAsync(A, "1");
        await Etcd.PutAsync(B, "2");

        var seen = await Here.TransactAsync(async run =>
        {
            var before = await run.GetAsync(A);
            run.Put(A, "new");
            run.Delete(B);
            return (before, await run.GetAsync(A), await run.GetAsync(B), await run.GetAsync(Name + "/c"));
        });

        Assert.Equal(("1", "new", null, null), (seen.before?.ToText(), seen.Item2?.ToText(), seen.Item3?.ToText(), seen.Item4?.ToText()));
        await AssertKeysAsync("/a");
    }

    [Fact]
    public async Task It_runs_again_when_what_it_read_was_changed_and_all_reads_of_a_run_are_of_one_revision()
    {
        await Etcd.PutAsync(A, "1");
        await Etcd.PutAsync(B, "1");
        var seen = new List<string>();

        await Here.TransactAsync(async run =>
        {
            var a = await run.GetAsync(A);
            if (seen.Count == 0)
            {
                await Etcd.If().Then(new EtcdOp.Put(A, "2"), new EtcdOp.Put(B, "2")).CommitAsync();
            }

            seen.Add($"{a}{await run.GetAsync(B)}");
            run.Put(Name + "/c", "done");
            return 0;
        });

        Assert.Equal(["11", "22"], seen);
    }

    [Fact]
    public async Task Two_that_read_both_and_write_one_each_do_not_both_act_on_the_same_snapshot()
    {
        // Each may take one away as long as two are there.
        await Etcd.PutAsync(A, "there");
        await Etcd.PutAsync(B, "there");
        var (firstHasRead, secondIsDone) = (new Point(), new Point());

        var first = Here.TransactAsync(async run =>
        {
            var both = await run.GetAsync(A) is not null & await run.GetAsync(B) is not null;
            firstHasRead.Reach();
            await secondIsDone.Reached;
            if (both)
            {
                run.Delete(A);
            }

            return both;
        });
        await firstHasRead.Reached;
        var second = await There.TransactAsync(async run =>
        {
            var both = await run.GetAsync(A) is not null & await run.GetAsync(B) is not null;
            run.Delete(B);
            return both;
        });
        secondIsDone.Reach();

        Assert.Equal((false, true), (await first, second));
        await AssertKeysAsync("/a");
    }

    [Fact]
    public async Task It_runs_again_when_what_it_writes_without_reading_was_changed_after_its_snapshot()
    {
        var runs = 0;

        await Here.TransactAsync(async run =>
        {
            await run.GetAsync(A);
            if (++runs == 1)
            {
                await Etcd.PutAsync(B, "between");
            }

            run.Put(B, "last");
            return 0;
        });

        Assert.Equal((2, "last"), (runs, await ValueAsync(B)));
    }

    [Fact]
    public async Task It_gives_up_after_its_attempts_and_has_written_nothing()
    {
        var runs = 0;

        var failing = Here.TransactAsync(
            async run =>
            {
                await run.GetAsync(A);
                await Etcd.PutAsync(A, $"{++runs}");
                run.Put(B, "never");
                return 0;
            },
            new TransactionOptions { MaxAttempts = 3 });

        Assert.Equal(CoordinationErrorKind.LimitReached, await KindAsync(failing));
        Assert.Equal((3, null), (runs, await ValueAsync(B)));
    }

    [Fact]
    public async Task A_lost_guard_what_its_work_throws_and_a_cancellation_end_it_and_nothing_is_written()
    {
        using var cancelled = new CancellationTokenSource();
        var guard = await LostGuardAsync();

        Assert.Equal(CoordinationErrorKind.Lost, await KindAsync(Here.TransactAsync(Write, new TransactionOptions { Guards = [guard] })));
        await Assert.ThrowsAsync<FormatException>(() => Here.TransactAsync<int>(run =>
        {
            run.Put(A, "never");
            throw new FormatException();
        }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Here.TransactAsync(
            async run =>
            {
                await cancelled.CancelAsync();
                return await Write(run);
            },
            cancellationToken: cancelled.Token));
        await AssertKeysAsync();

        Task<int> Write(ITransaction run)
        {
            run.Put(A, "never");
            return Task.FromResult(0);
        }
    }

    [Fact]
    public async Task A_held_guard_lets_it_through_and_too_many_keys_are_refused_with_their_number()
    {
        await using var handle = await System.Lock(Name + "/lock").AcquireAsync(Limit);
        await Here.TransactAsync(
            run =>
            {
                run.Put(A, "held");
                return Task.FromResult(0);
            },
            new TransactionOptions { Guards = [handle.Guard] });

        Assert.Equal("held", await ValueAsync(A));
        Assert.Equal(100, await Here.TransactAsync(run => WriteMany(run, 100)));
        var error = await Assert.ThrowsAsync<CoordinationException>(() => Here.TransactAsync(run => WriteMany(run, 101)));
        Assert.Equal((CoordinationErrorKind.TooLarge, "The transaction has 101 keys; allowed are 100."), (error.Kind, error.Message));
        await Assert.ThrowsAsync<ArgumentException>(() => Here.TransactAsync(run => WriteMany(run, 1), new TransactionOptions { MaxAttempts = 0 }));

        async Task<int> WriteMany(ITransaction run, int count)
        {
            for (var i = 0; i < count; i++)
            {
                await run.GetAsync($"{Name}/many/{i}");
                run.Put($"{Name}/many/{i}", "x");
            }

            return count;
        }
    }

    [Fact]
    public async Task Many_count_at_a_time_and_each_addition_counts_once()
    {
        var (here, there) = (Here.Counter(Name), There.Counter(Name));

        var sums = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? here : there).AddAsync(i % 4 == 0 ? 2 : 1)));

        Assert.Equal((50, 50, "50"), (await here.GetAsync(), sums.Max(), await ValueAsync(Name)));
        Assert.Equal(40, sums.Distinct().Count());
        await there.SetAsync(-7);
        Assert.Equal(-10, await here.AddAsync(-3));
    }

    [Fact]
    public async Task An_addition_whose_reply_is_lost_counts_once_and_is_told()
    {
        await using var mortal = await MortalSystem.StartAsync(Server, Etcd);
        var counter = mortal.Recipes.Counter(Name);
        Assert.Equal(1, await counter.AddAsync());
        var before = (await Etcd.GetAsync(Name)).First!.ModRevision;

        // The read comes through; from the moment at which the addition is in etcd, no reply does.
        mortal.Proxy.Delay = TimeSpan.FromSeconds(1);
        var adding = counter.AddAsync();
        var added = await Etcd.UntilAsync(Name, current => current!.ModRevision > before);
        mortal.Proxy.DropReplies = true;
        mortal.Proxy.CutAll();
        mortal.Proxy.Delay = TimeSpan.Zero;
        mortal.Proxy.DropReplies = false;

        Assert.Equal(2, await adding.WaitAsync(Limit));
        Assert.Equal(("2", 2), (await ValueAsync(Name), added!.Version));
        Assert.Equal(3, await counter.AddAsync());
    }

    [Fact]
    public async Task After_the_end_of_its_system_every_recipe_says_so()
    {
        var taken = Here.Queue(Name).TakeAsync();
        var entering = Here.DoubleBarrier(Name, 2).EnterAsync();
        await System.DisposeAsync();

        foreach (var request in (Func<Task>[])
        [
            () => taken,
            () => entering,
            () => Here.Counter(Name).GetAsync(),
            () => Here.Counter(Name).AddAsync(),
            () => Here.Counter(Name).SetAsync(1),
            () => Here.CountdownLatch(Name, 1).CountDownAsync(),
            () => Here.CountdownLatch(Name, 1).GetLeftAsync(),
            () => Here.CountdownLatch(Name, 1).WaitAsync(),
            () => Here.DoubleBarrier(Name, 1).EnterAsync(),
            () => Here.Queue(Name).EnqueueAsync("1"),
            () => Here.Queue(Name).TryTakeAsync(),
            () => Here.Queue(Name).TakeAsync(),
        ])
        {
            Assert.Equal(CoordinationErrorKind.Stopped, await KindAsync(request()));
        }
    }

    [Fact]
    public async Task What_is_no_number_or_would_be_none_is_refused_by_name_and_value()
    {
        var counter = Here.Counter(Name);
        await Etcd.PutAsync(Name, "many");
        Assert.Contains($"'{Name}' of a counter holds 'many'", (await Assert.ThrowsAsync<CoordinationException>(() => counter.AddAsync())).Message, StringComparison.Ordinal);

        await counter.SetAsync(long.MaxValue);
        Assert.Equal(CoordinationErrorKind.InvalidRequest, await KindAsync(counter.AddAsync()));
        Assert.Equal(long.MaxValue, await counter.GetAsync());
        Assert.Equal(CoordinationErrorKind.Lost, await KindAsync(counter.AddAsync(-1, [await LostGuardAsync()])));
        Assert.Throws<ArgumentException>(() => Here.Counter(""));
    }
}
