namespace Coordination.Packages.Tests.Recipes;

public sealed class LatchOnEmbedded(EmbeddedFixture fixture) : LatchContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class LatchOnRealEtcd(RealEtcdFixture fixture) : LatchContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What a count-down latch promises.</summary>
public abstract class LatchContract(ServerFixture fixture) : RecipeContract(fixture, "latch")
{
    [Fact]
    public async Task It_opens_for_all_who_wait_when_it_was_counted_down_and_stays_open_until_it_is_reset()
    {
        var (here, there) = (Here.CountdownLatch(Name, 3), There.CountdownLatch(Name, 3));
        Task[] waiting = [here.WaitAsync(Limit), there.WaitAsync(Limit)];

        Assert.Equal((2, 1), (await here.CountDownAsync(), await there.CountDownAsync()));
        Assert.All(waiting, wait => Assert.False(wait.IsCompleted));
        Assert.Equal(0, await here.CountDownAsync());

        await Task.WhenAll(waiting);
        Assert.Equal((0, 0), (await there.CountDownAsync(), await here.GetLeftAsync()));
        await there.WaitAsync(Limit);
        await here.ResetAsync();
        Assert.Equal(3, await there.GetLeftAsync());
        await AssertKeysAsync();
    }

    [Fact]
    public async Task Many_count_down_at_a_time_and_each_counts_once()
    {
        var (here, there) = (Here.CountdownLatch(Name, 20), There.CountdownLatch(Name, 20));
        var waiting = there.WaitAsync(Limit);

        var left = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? here : there).CountDownAsync()));

        Assert.Equal(Enumerable.Range(0, 20), left.Order());
        await waiting;
    }

    [Fact]
    public async Task Who_waits_too_long_or_gives_up_leaves_nothing_behind()
    {
        var latch = Here.CountdownLatch(Name, 2);
        using var giveUp = new CancellationTokenSource();
        await latch.CountDownAsync();
        var waiting = latch.WaitAsync(cancellationToken: giveUp.Token);

        var late = await Assert.ThrowsAsync<TimeoutException>(() => latch.WaitAsync(Moment));
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal($"The latch '{Name}' was not open within 0.1 s: 1 of 2 are left.", late.Message);
        await AssertKeysAsync("");
    }

    [Fact]
    public async Task Another_count_a_strange_value_and_a_lost_guard_are_refused()
    {
        await Here.CountdownLatch(Name, 3).CountDownAsync();

        Assert.Equal(
            $"The latch '{Name}' is in use with the count 3; here it is 4.",
            (await Assert.ThrowsAsync<CoordinationException>(() => There.CountdownLatch(Name, 4).WaitAsync(Limit))).Message);
        Assert.Equal(CoordinationErrorKind.Lost, await KindAsync(There.CountdownLatch(Name, 3).CountDownAsync([await LostGuardAsync()])));
        Assert.Equal(2, await Here.CountdownLatch(Name, 3).GetLeftAsync());
        await Etcd.PutAsync(new Etcd.EtcdOp.Put(Name, "odd"));
        Assert.Equal(CoordinationErrorKind.InvalidRequest, await KindAsync(Here.CountdownLatch(Name, 3).CountDownAsync()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Here.CountdownLatch(Name, 0));
    }

    [Fact]
    public async Task What_a_participant_counted_stays_when_it_dies_and_waiting_outlives_an_outage()
    {
        await using var mortal = await MortalSystem.StartAsync(Server, Etcd);
        var latch = mortal.Recipes.CountdownLatch(Name, 2);
        Assert.Equal(1, await latch.CountDownAsync());
        var waiting = latch.WaitAsync(Limit);
        await mortal.DieAsync();

        Assert.Equal(0, await Here.CountdownLatch(Name, 2).CountDownAsync());
        await Here.CountdownLatch(Name, 2).WaitAsync(Limit);
        Assert.False(waiting.IsCompleted);
        mortal.Live();

        await waiting;
    }
}
