using Coordination.Etcd;
using Coordination.InMemory;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Packages.Tests.InMemory;

/// <summary>What a test says to the world in memory. The first two are what docs/testing.md shows: a job of a user, and its unit tests.</summary>
public sealed class InMemoryCoordinationTests
{
    // <job>
    /// <summary>Copies what there is to copy, on one machine at a time.</summary>
    private sealed class Import(ILocks locks, Func<CancellationToken, Task> copy)
    {
        /// <summary>False: another one is at it, or took over.</summary>
        public async Task<bool> RunAsync(CancellationToken stop)
        {
            await using var handle = await locks.Lock("/jobs/import").TryAcquireAsync(stop);
            if (handle is null)
            {
                return false;
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, handle.Lost);
            try
            {
                await copy(end.Token);
                return true;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    // </job>

    // <tests>
    [Fact]
    public async Task The_import_does_nothing_while_another_one_runs()
    {
        var coordination = new InMemoryCoordination();
        await using var other = await coordination.Lock("/jobs/import").AcquireAsync();
        var import = new Import(coordination, _ => throw new InvalidOperationException("It must not begin."));

        Assert.False(await import.RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_import_stops_when_the_lock_is_lost()
    {
        var coordination = new InMemoryCoordination();
        var import = new Import(coordination, stop => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));

        var running = import.RunAsync(CancellationToken.None);
        coordination.LoseLock("/jobs/import");

        Assert.False(await running);
    }

    // </tests>

    [Fact]
    public async Task A_wait_runs_out_by_the_given_clock_and_leaves_no_place_in_the_line()
    {
        var time = new FakeTimeProvider();
        var coordination = new InMemoryCoordination("me", time);
        var holder = await coordination.Lock("/k").AcquireAsync();

        var waiting = coordination.Lock("/k").AcquireAsync(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(30));
        var error = await Assert.ThrowsAsync<LockTimeoutException>(() => waiting);
        await holder.ReleaseAsync();

        Assert.Equal(("/k", "me"), (error.Name, error.Holder!.Owner));
        Assert.NotNull(await coordination.Lock("/k").TryAcquireAsync());
    }

    [Fact]
    public async Task A_loss_is_told_before_it_returns_and_the_next_in_line_gets_the_lock_with_a_larger_token()
    {
        var coordination = new InMemoryCoordination();
        var first = await coordination.Lock("/k").AcquireAsync();
        var told = false;
        first.Lost.Register(() => told = true);
        var second = coordination.Lock("/k").AcquireAsync();

        coordination.LoseLock("/k", LossReason.KeyDeleted);

        Assert.True(told);
        Assert.Equal((false, TimeSpan.Zero, LossReason.KeyDeleted), (first.IsHeld, first.ValidFor, first.LossReason!.Value));
        Assert.True((await second).Token > first.Token);
        await first.ReleaseAsync();
        Assert.True((await second).IsHeld);
    }

    [Fact]
    public async Task Every_request_fails_while_etcd_is_said_to_be_away_and_a_release_works()
    {
        var coordination = new InMemoryCoordination();
        var handle = await coordination.Lock("/k").AcquireAsync();
        coordination.FailWith(new CoordinationException(CoordinationErrorKind.Unavailable, "etcd is away"));

        foreach (var request in (Func<Task>[])
        [
            () => coordination.Lock("/k").TryAcquireAsync(),
            () => coordination.ReaderWriterLock("/k").AcquireReadAsync(),
            () => coordination.Semaphore("/k", 1).AcquireAsync(),
            () => coordination.MultiLock("/a", "/b").AcquireAsync(),
            () => coordination.Election("/e").CampaignAsync("me"),
            () => coordination.Election("/e").GetLeaderAsync(),
            () => coordination.Watch("/w").GetAsyncEnumerator().MoveNextAsync().AsTask(),
        ])
        {
            Assert.Equal(CoordinationErrorKind.Unavailable, (await Assert.ThrowsAsync<CoordinationException>(request)).Kind);
        }

        await handle.ReleaseAsync();
        coordination.FailWith(null);
        Assert.NotNull(await coordination.Lock("/k").TryAcquireAsync());
    }

    [Fact]
    public async Task Leadership_is_lost_on_demand_and_the_next_leads()
    {
        var coordination = new InMemoryCoordination();
        var first = await coordination.Election("/e").CampaignAsync("one");
        var second = coordination.Election("/e").CampaignAsync("two");

        coordination.LoseLeadership("/e");

        Assert.True(first.Lost.IsCancellationRequested && !first.IsLeader);
        Assert.True((await second).Term > first.Term);
        Assert.Equal("two", (await coordination.Election("/e").GetLeaderAsync())!.Value.ToText());
        await Assert.ThrowsAsync<CoordinationException>(() => first.ProclaimAsync("late"));
    }

    [Fact]
    public async Task A_preferred_candidate_is_served_by_a_leader_that_steps_down()
    {
        var coordination = new InMemoryCoordination();
        var leader = await coordination.Election("/e").CampaignAsync("one", new CampaignOptions { Name = "one" });
        var plain = coordination.Election("/e").CampaignAsync("two", new CampaignOptions { Name = "two" });
        var preferred = coordination.Election("/e").CampaignAsync("three", new CampaignOptions { Name = "three", Priority = 1 });

        Assert.True(leader.StepDownRequested.IsCancellationRequested);
        await leader.ResignAsync();

        Assert.True((await preferred).IsLeader);
        Assert.False(plain.IsCompleted);
        Assert.Equal(TransferOutcome.Transferred, await (await preferred).TransferAsync("two"));
        Assert.True((await plain).IsLeader);
    }

    [Fact]
    public async Task Keys_that_a_test_puts_are_told_to_those_who_watch()
    {
        var coordination = new InMemoryCoordination();
        coordination.Put("/config/a", "1");
        await using var told = coordination.Watch(KeyRange.Prefix("/config/")).GetAsyncEnumerator();

        Assert.True(await told.MoveNextAsync());
        Assert.Equal("1", Assert.Single(Assert.IsType<WatchEvent.Snapshot>(told.Current).KeyValues).Value.ToText());
        coordination.Put("/other", "x");
        coordination.Delete("/config/a");
        Assert.True(await told.MoveNextAsync());
        Assert.True(Assert.Single(Assert.IsType<WatchEvent.Changed>(told.Current).Events).IsDelete);
    }
}
