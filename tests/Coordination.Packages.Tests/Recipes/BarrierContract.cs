using Coordination.Etcd;

namespace Coordination.Packages.Tests.Recipes;

public sealed class BarrierOnEmbedded(EmbeddedFixture fixture) : BarrierContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class BarrierOnRealEtcd(RealEtcdFixture fixture) : BarrierContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a double barrier promises.</summary>
public abstract class BarrierContract(ServerFixture fixture) : RecipeContract(fixture, "barrier")
{
    private KeyRange Participants => KeyRange.Prefix($"{Name}/barrier/participants/");

    [Fact]
    public async Task It_begins_when_all_are_in_and_ends_when_all_have_left()
    {
        var (here, there) = (Here.DoubleBarrier(Name, 3), There.DoubleBarrier(Name, 3));
        Task<IBarrierPlace>[] entering = [here.EnterAsync(Limit), there.EnterAsync(Limit)];
        await Etcd.UntilCountAsync(Participants, 2);
        Assert.All(entering, entry => Assert.False(entry.IsCompleted));

        var last = await here.EnterAsync(Limit);
        var (first, second) = (await entering[0], await entering[1]);
        Assert.True((await Etcd.If(first.Guard, second.Guard, last.Guard).CommitAsync()).Succeeded);

        Task[] leaving = [first.LeaveAsync(Limit), second.LeaveAsync(Limit)];
        await Etcd.UntilCountAsync(Participants, 1);
        Assert.All(leaving, leave => Assert.False(leave.IsCompleted));
        await last.LeaveAsync(Limit);

        await Task.WhenAll(leaving);
        await first.LeaveAsync(Limit);
        Assert.False((await Etcd.If(first.Guard).CommitAsync()).Succeeded);
        await AssertKeysAsync();
    }

    [Fact]
    public async Task Who_gives_up_is_not_counted_and_leaves_nothing_behind()
    {
        var (here, there) = (Here.DoubleBarrier(Name, 3), There.DoubleBarrier(Name, 3));
        using var giveUp = new CancellationTokenSource();
        var leaves = here.EnterAsync(cancellationToken: giveUp.Token);
        var stays = there.EnterAsync(Limit);
        await Etcd.UntilCountAsync(Participants, 2);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        await Etcd.UntilCountAsync(Participants, 1);
        Assert.Contains("did not begin within 0.1 s", (await Assert.ThrowsAsync<TimeoutException>(() => here.EnterAsync(Moment))).Message, StringComparison.Ordinal);
        await Etcd.UntilCountAsync(KeyRange.Prefix(Name), 1);
        var (second, third) = (here.EnterAsync(Limit), here.EnterAsync(Limit));

        await Task.WhenAll(from place in new[] { await stays, await second, await third } select place.LeaveAsync(Limit));
        await AssertKeysAsync();
    }

    [Fact]
    public async Task Who_dies_before_it_begins_is_not_counted_and_enters_again_when_it_lives_after_all()
    {
        await using var mortal = await MortalSystem.StartAsync(Server, Etcd);
        var dies = mortal.Recipes.DoubleBarrier(Name, 2).EnterAsync(Limit);
        await Etcd.UntilCountAsync(Participants, 1);
        await mortal.DieAsync();
        await Etcd.UntilCountAsync(Participants, 0);

        var entering = Here.DoubleBarrier(Name, 2).EnterAsync(Limit);
        await Etcd.UntilCountAsync(Participants, 1);
        Assert.False(entering.IsCompleted);
        mortal.Live();

        await using var first = await entering;
        await using var second = await dies;
    }

    [Fact]
    public async Task Nobody_waits_for_one_who_dies_in_the_meeting()
    {
        await using var mortal = await MortalSystem.StartAsync(Server, Etcd);
        var (entering, dies) = (Here.DoubleBarrier(Name, 2).EnterAsync(Limit), mortal.Recipes.DoubleBarrier(Name, 2).EnterAsync(Limit));
        var (stays, dead) = (await entering, await dies);
        var leaving = stays.LeaveAsync(Limit);
        Assert.False(leaving.IsCompleted);

        await mortal.DieAsync();

        await leaving;
        await AssertKeysAsync();
        Assert.False((await Etcd.If(dead.Guard).CommitAsync()).Succeeded);
    }

    [Fact]
    public async Task Who_comes_while_a_meeting_is_on_waits_for_the_next_and_places_that_are_disposed_end_it()
    {
        var barrier = Here.DoubleBarrier(Name, 2);
        var (one, two) = (barrier.EnterAsync(Limit), barrier.EnterAsync(Limit));
        var (first, second) = (await one, await two);
        var (three, four) = (There.DoubleBarrier(Name, 2).EnterAsync(Limit), barrier.EnterAsync(Limit));
        await Etcd.UntilCountAsync(Participants, 4);
        await first.DisposeAsync();
        await Etcd.UntilCountAsync(Participants, 3);
        Assert.False(three.IsCompleted || four.IsCompleted);

        await second.DisposeAsync();

        await using var third = await three;
        await using var fourth = await four;
        Assert.True(third.Token > second.Token && fourth.Token > second.Token);
    }

    [Fact]
    public async Task A_crowd_meets_in_groups_that_are_full()
    {
        var (here, there) = (Here.DoubleBarrier(Name, 4), There.DoubleBarrier(Name, 4));
        var most = 0;
        var inside = 0;

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var place = await (i % 2 == 0 ? here : there).EnterAsync(Limit);
            InterlockedMax(ref most, Interlocked.Increment(ref inside));
            Interlocked.Decrement(ref inside);
            await place.LeaveAsync(Limit);
        }));

        Assert.InRange(most, 1, 4);
        await AssertKeysAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => Here.DoubleBarrier(Name, 101));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
