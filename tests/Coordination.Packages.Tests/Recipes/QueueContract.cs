using Coordination.Etcd;

namespace Coordination.Packages.Tests.Recipes;

public sealed class QueueOnEmbedded(EmbeddedFixture fixture) : QueueContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class QueueOnRealEtcd(RealEtcdFixture fixture) : QueueContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a queue promises.</summary>
public abstract class QueueContract(ServerFixture fixture) : RecipeContract(fixture, "queue")
{
    private KeyRange Held => KeyRange.Prefix($"{Name}/queue/held/");

    [Fact]
    public async Task Smaller_priorities_come_first_and_among_equals_who_was_there_first()
    {
        var (here, there) = (Here.Queue(Name), There.Queue(Name));
        await here.EnqueueAsync("1");
        await there.EnqueueAsync("2");
        await here.EnqueueAsync("3");
        await there.EnqueueAsync("urgent", priority: 7);
        await there.EnqueueAsync("late", priority: 2000);
        await here.EnqueueAsync("4");

        Assert.Equal(6, await there.CountAsync());
        Assert.Equal(["urgent", "1", "2", "3", "4", "late"], await TakeAllAsync(here));
        Assert.Null(await there.TryTakeAsync());
        await AssertKeysAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => here.EnqueueAsync("x", priority: 10_000));
    }

    [Fact]
    public async Task Each_item_is_completed_once_whoever_takes_and_what_completes_it_is_written_with_it()
    {
        const int Items = 40;
        IDistributedQueue[] queues = [Here.Queue(Name), There.Queue(Name)];
        var workers = Task.WhenAll(Enumerable.Range(0, 6).Select(w => WorkAsync(queues[w % 2], w)));
        await Task.WhenAll(Enumerable.Range(0, Items).Select(i => queues[i % 2].EnqueueAsync($"{i}")));
        await Etcd.UntilCountAsync(KeyRange.Prefix(Name + "/done/"), Items);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => queues[0].EnqueueAsync("end", priority: 9_999)));

        await workers;
        Assert.Equal(0, await queues[0].CountAsync());
        Assert.All((await Etcd.GetAsync(KeyRange.Prefix(Name + "/done/"))).KeyValues, done => Assert.Equal(1, done.Version));

        async Task WorkAsync(IDistributedQueue queue, int worker)
        {
            while (true)
            {
                await using var item = await queue.TakeAsync(Limit);
                if (item.Value == "end")
                {
                    await item.CompleteAsync();
                    return;
                }

                await item.CompleteAsync([new EtcdOp.Put($"{Name}/done/{item.Value}", $"{worker}")]);
            }
        }
    }

    [Fact]
    public async Task Who_waits_gets_the_next_item_and_what_is_given_back_is_the_first_again()
    {
        var waiting = There.Queue(Name).TakeAsync(Limit);
        await Here.Queue(Name).EnqueueAsync("1");
        var first = await waiting;
        await Here.Queue(Name).EnqueueAsync("2");
        Assert.Equal("2", (await TakeAllAsync(Here.Queue(Name))).Single());

        await first.DisposeAsync();
        await first.DisposeAsync();
        var again = await Here.Queue(Name).TakeAsync(Limit);

        Assert.Equal(("1", IDistributedQueue.DefaultPriority, true), (again.Value.ToText(), again.Priority, again.Token > first.Token));
        Assert.Equal(CoordinationErrorKind.Lost, await KindAsync(first.CompleteAsync()));
        await again.CompleteAsync();
        await again.DisposeAsync();
        await AssertKeysAsync();
    }

    [Fact]
    public async Task An_item_of_a_holder_that_dies_is_taken_by_others_and_the_dead_one_completes_nothing()
    {
        await using var mortal = await MortalSystem.StartAsync(Server, Etcd);
        await Here.Queue(Name).EnqueueAsync("1");
        var dead = await mortal.Recipes.Queue(Name).TakeAsync(Limit);
        var waiting = Here.Queue(Name).TakeAsync(Limit);
        Assert.Null(await There.Queue(Name).TryTakeAsync());

        await mortal.DieAsync();
        await using var item = await waiting;
        mortal.Live();

        Assert.Equal((dead.Value, true), (item.Value, item.Token > dead.Token));
        Assert.True((await Etcd.If(item.Guard).CommitAsync()).Succeeded);
        await mortal.System.WaitUntilReadyAsync(Limit);
        Assert.Equal(CoordinationErrorKind.Lost, await KindAsync(dead.CompleteAsync([new EtcdOp.Put(Name + "/done", "no")])));
        Assert.Null(await ValueAsync(Name + "/done"));
        await item.CompleteAsync();
    }

    [Fact]
    public async Task Who_waits_too_long_or_gives_up_has_taken_nothing()
    {
        using var giveUp = new CancellationTokenSource();
        var waiting = Here.Queue(Name).TakeAsync(cancellationToken: giveUp.Token);
        Assert.Contains("had no item within 0.1 s", (await Assert.ThrowsAsync<TimeoutException>(() => Here.Queue(Name).TakeAsync(Moment))).Message, StringComparison.Ordinal);

        await giveUp.CancelAsync();
        await There.Queue(Name).EnqueueAsync("1");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await Etcd.UntilCountAsync(Held, 0);
        Assert.Equal(["1"], await TakeAllAsync(There.Queue(Name)));
    }

    [Fact]
    public async Task More_are_held_than_are_looked_at_together_and_the_rest_is_found()
    {
        var queue = Here.Queue(Name);
        for (var i = 0; i < 40; i++)
        {
            await queue.EnqueueAsync($"{i}");
        }

        var taken = new List<IQueueItem>();
        while (await queue.TryTakeAsync() is { } item)
        {
            taken.Add(item);
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}"), taken.Select(item => item.Value.ToText()));
        await Task.WhenAll(taken.Select(item => item.DisposeAsync().AsTask()));
        await Etcd.UntilCountAsync(Held, 0);
    }

    [Fact]
    public async Task A_put_under_a_lost_guard_puts_nothing()
    {
        Assert.Equal(CoordinationErrorKind.Lost, await KindAsync(Here.Queue(Name).EnqueueAsync("1", guards: [await LostGuardAsync()])));
        Assert.Equal(0, await Here.Queue(Name).CountAsync());
    }

    private static async Task<List<string>> TakeAllAsync(IDistributedQueue queue)
    {
        var all = new List<string>();
        while (await queue.TryTakeAsync() is { } item)
        {
            await item.CompleteAsync();
            all.Add(item.Value.ToText());
        }

        return all;
    }
}
