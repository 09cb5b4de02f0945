using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class ElectionOnEmbedded(EmbeddedFixture fixture) : ElectionContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ElectionOnRealEtcd(RealEtcdFixture fixture) : ElectionContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What an election promises, on every server.</summary>
public abstract class ElectionContract(ServerFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _name = $"/test/election/{Guid.NewGuid():N}";

    private EtcdServer Server => fixture.Server;

    private KeyRange Everything => KeyRange.Prefix(_name);

    [Fact]
    public async Task The_leader_has_etcds_own_key_on_a_lease_of_its_own_with_the_term_as_its_create_revision()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();

        await using var leadership = await system.Election(_name).CampaignAsync("here");
        var stored = (await etcd.GetAsync(new EtcdOp.Get(leadership.Key))).First!;

        Assert.True(leadership.IsLeader);
        Assert.Equal($"{_name}/{leadership.Lease}", stored.Key.ToText());
        Assert.Equal("here", stored.Value.ToText());
        Assert.Equal(leadership.Term, stored.CreateRevision.Value);
        Assert.Equal(leadership.Lease, stored.Lease);
        Assert.NotEqual(system.SessionLease, leadership.Lease);
    }

    [Fact]
    public async Task Candidates_lead_in_the_order_in_which_they_came_with_growing_terms_and_nothing_is_left()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var terms = new List<long>();
        var first = await system.Election(_name).CampaignAsync("0");
        var waiting = new List<Task<Leadership>>();
        for (var n = 1; n <= 4; n++)
        {
            waiting.Add((n % 2 == 0 ? system : other).Election(_name).CampaignAsync($"{n}"));
            await UntilLineAsync(system, n + 1);
        }

        await first.ResignAsync();
        foreach (var next in waiting)
        {
            await using var leadership = await next.WaitAsync(Limit);
            Assert.All(waiting.SkipWhile(w => w != next).Skip(1), later => Assert.False(later.IsCompleted));
            terms.Add(leadership.Term);
        }

        Assert.Equal(terms.Order().Distinct(), terms);
        await UntilEmptyAsync(etcd);
    }

    [Fact]
    public async Task Observers_are_told_who_leads_now_every_change_of_leader_or_value_and_that_there_is_none()
    {
        await using var system = Server.StartSystem();
        await using var observer = Server.StartSystem();
        var seen = observer.Election(_name).ObserveAsync().GetAsyncEnumerator();
        await seen.MoveNextAsync();
        Assert.Null(seen.Current.Leader);

        var first = await system.Election(_name).CampaignAsync("one");
        await seen.MoveNextAsync();
        Assert.Equal((first.Term, "one"), (seen.Current.Leader!.Term, seen.Current.Leader.Value.ToText()));
        var revision = await first.ProclaimAsync("two");
        await seen.MoveNextAsync();
        Assert.Equal((first.Term, revision, "two"), (seen.Current.Leader!.Term, seen.Current.Leader.Revision, seen.Current.Leader.Value.ToText()));
        await first.ResignAsync();
        await seen.MoveNextAsync();
        Assert.Null(seen.Current.Leader);
        await seen.DisposeAsync();
    }

    [Fact]
    public async Task A_late_observer_begins_with_the_leader()
    {
        await using var system = Server.StartSystem();
        await using var leadership = await system.Election(_name).CampaignAsync("here");
        await using var seen = system.Election(_name).ObserveAsync().GetAsyncEnumerator();

        await seen.MoveNextAsync();

        Assert.Equal(leadership.Term, seen.Current.Leader!.Term);
        Assert.Equal("here", (await system.Election(_name).GetLeaderAsync())!.Value.ToText());
    }

    [Fact]
    public async Task The_guard_lets_a_transaction_through_only_while_the_term_lasts()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var leadership = await system.Election(_name).CampaignAsync("here");
        var write = new EtcdOp.Txn { If = [leadership.Guard], Then = [new EtcdOp.Put(_name + ".data", "x")] };

        Assert.True((await etcd.TxnAsync(write)).Succeeded);
        await leadership.ProclaimAsync("still here");
        Assert.True((await etcd.TxnAsync(write)).Succeeded);
        await leadership.ResignAsync();
        Assert.False((await etcd.TxnAsync(write)).Succeeded);
        Assert.Equal(LossReason.Released, leadership.LossReason);
        Assert.False(leadership.Lost.IsCancellationRequested);
        var error = await Assert.ThrowsAsync<CoordinationException>(() => leadership.ProclaimAsync("too late"));
        Assert.Equal(CoordinationErrorKind.Lost, error.Kind);
        await etcd.DeleteAsync(new EtcdOp.Delete(_name + ".data"));
    }

    [Fact]
    public async Task Candidates_cancelled_at_any_moment_leave_no_key_behind()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await system.WaitUntilReadyAsync(Limit);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async n =>
        {
            using var cancel = new CancellationTokenSource();
            var campaigning = system.Election(_name).CampaignAsync("x", null, cancel.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(n / 3.0), TimeProvider.System, CancellationToken.None);
            await cancel.CancelAsync();
            try
            {
                await using var leadership = await campaigning;
            }
            catch (OperationCanceledException)
            {
                // The other legitimate end of the race.
            }
        }));

        await UntilEmptyAsync(etcd);
        await using var after = await system.Election(_name).CampaignAsync("after").WaitAsync(Limit);
    }

    [Fact]
    public async Task A_leader_whose_key_is_deleted_or_overwritten_by_somebody_is_told_and_the_line_moves_on()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var first = await system.Election(_name).CampaignAsync("1");
        var second = system.Election(_name).CampaignAsync("2");
        await UntilLineAsync(system, 2);
        var third = system.Election(_name).CampaignAsync("3");
        await UntilLineAsync(system, 3);

        await etcd.DeleteAsync(new EtcdOp.Delete(first.Key));
        await first.Lost.CancelledAsync();
        var next = await second.WaitAsync(Limit);
        await etcd.PutAsync(new EtcdOp.Put(next.Key, "vandal"));
        await next.Lost.CancelledAsync();
        await using var last = await third.WaitAsync(Limit);

        Assert.Equal(LossReason.KeyDeleted, first.LossReason);
        Assert.Equal(LossReason.KeyOverwritten, next.LossReason);
        Assert.True(last.Term > next.Term && next.Term > first.Term);
    }

    [Fact]
    public async Task A_waiter_whose_lease_dies_enters_again_and_is_not_elected_on_the_old_one()
    {
        await using var system = Server.StartSystem(ttl: TimeSpan.FromSeconds(2));
        await using var etcd = Server.CreateClient();
        var first = await system.Election(_name).CampaignAsync("1");
        var waiting = system.Election(_name).CampaignAsync("2");
        var old = (await UntilLineAsync(system, 2))[1];

        await etcd.RevokeLeaseAsync(old.Lease);
        await UntilAsync(async () => (await system.Election(_name).GetCandidatesAsync()) is [_, var again] && again.Lease != old.Lease);
        Assert.False(waiting.IsCompleted);
        await first.ResignAsync();
        await using var second = await waiting.WaitAsync(Limit);

        Assert.True(second.Term > old.CreateRevision);
        Assert.NotEqual(old.Lease, second.Lease);
    }

    [Fact]
    public async Task A_predecessor_that_dies_in_the_middle_of_the_line_elects_nobody()
    {
        await using var system = Server.StartSystem(ttl: TimeSpan.FromSeconds(2));
        await using var etcd = Server.CreateClient();
        await using var first = await system.Election(_name).CampaignAsync("1");
        using var cancel = new CancellationTokenSource();
        var second = system.Election(_name).CampaignAsync("2", null, cancel.Token);
        await UntilLineAsync(system, 2);
        var third = system.Election(_name).CampaignAsync("3");
        await UntilLineAsync(system, 3);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await UntilLineAsync(system, 2);
        await etcd.PutAsync(new EtcdOp.Put(_name + ".fence", ""));
        Assert.False(third.IsCompleted);
        await first.ResignAsync();
        await using var next = await third.WaitAsync(Limit);
        await etcd.DeleteAsync(new EtcdOp.Delete(_name + ".fence"));
    }

    [Fact]
    public async Task A_preferred_candidate_takes_over_gracefully_past_the_others()
    {
        await using var system = Server.StartSystem();
        var order = new List<string>();
        using var stop = new CancellationTokenSource();
        var stopped = 0;
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leader = system.Election(_name).RunWhileLeaderAsync("low", async (_, token) =>
        {
            working.TrySetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
            await Task.Yield();
            stopped++;
        }, null, stop.Token);
        await working.Task.WaitAsync(Limit);
        var between = system.Election(_name).CampaignAsync("between", new CampaignOptions { Name = "between" });
        await UntilLineAsync(system, 2);

        await using var preferred = await system.Election(_name).CampaignAsync("high", new CampaignOptions { Priority = 1 }).WaitAsync(Limit);

        Assert.Equal(1, stopped);
        Assert.False(between.IsCompleted);
        await UntilLineAsync(system, 3);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        await preferred.ResignAsync();
        await (await between.WaitAsync(Limit)).DisposeAsync();
    }

    [Fact]
    public async Task A_transfer_goes_to_the_named_candidate_past_the_others_who_keep_waiting()
    {
        await using var system = Server.StartSystem();
        var leader = await system.Election(_name).CampaignAsync("1", new CampaignOptions { Name = "a" });
        var second = system.Election(_name).CampaignAsync("2", new CampaignOptions { Name = "b" });
        await UntilLineAsync(system, 2);
        var third = system.Election(_name).CampaignAsync("3", new CampaignOptions { Name = "c" });
        await UntilLineAsync(system, 3);

        Assert.Equal(TransferOutcome.NoSuchCandidate, await leader.TransferAsync("nobody"));
        Assert.True(leader.IsLeader);
        Assert.Equal(TransferOutcome.Transferred, await leader.TransferAsync("c"));
        var next = await third.WaitAsync(Limit);

        Assert.False(leader.IsLeader);
        Assert.False(second.IsCompleted);
        await UntilLineAsync(system, 2);
        await next.ResignAsync();
        await using var last = await second.WaitAsync(Limit);
        Assert.True(last.Term > next.Term);
    }

    [Fact]
    public async Task A_transfer_past_a_foreign_candidate_is_refused_and_the_leader_stays()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        await using var leader = await system.Election(_name).CampaignAsync("1", new CampaignOptions { Name = "a" });
        await etcd.PutAsync(new EtcdOp.Put(_name + "/694d0000000000", "foreign"));
        using var cancel = new CancellationTokenSource();
        var third = system.Election(_name).CampaignAsync("3", new CampaignOptions { Name = "c" }, cancel.Token);
        await UntilLineAsync(system, 3);

        var outcome = await leader.TransferAsync("c");

        Assert.Equal(TransferOutcome.ForeignBetween, outcome);
        Assert.True(leader.IsLeader);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        await etcd.DeleteAsync(new EtcdOp.Delete(_name + "/694d0000000000"));
    }

    [Fact]
    public async Task A_transfer_asked_for_from_another_process_stops_the_work_first()
    {
        await using var system = Server.StartSystem("worker");
        await using var other = Server.StartSystem("other");
        await using var operation = Server.StartSystem("operator");
        await operation.WaitUntilReadyAsync(Limit);
        using var stop = new CancellationTokenSource();
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isWorking = false;
        var leader = system.Election(_name).RunWhileLeaderAsync("1", async (_, token) =>
        {
            isWorking = true;
            working.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(_ => { }, TaskScheduler.Default);
            isWorking = false;
        }, null, stop.Token);
        await working.Task.WaitAsync(Limit);
        var target = other.Election(_name).CampaignAsync("2");
        await UntilLineAsync(system, 2);

        Assert.False(await operation.Election(_name).RequestTransferAsync("nobody"));
        Assert.True(await operation.Election(_name).RequestTransferAsync("other"));
        await using var next = await target.WaitAsync(Limit);

        Assert.False(isWorking);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
    }

    [Fact]
    public async Task Stopping_the_system_stops_the_work_first_then_resigns_and_leaves_nothing()
    {
        var system = Server.StartSystem();
        await using var other = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leaderAtTheEnd = false;
        var leader = system.Election(_name).RunWhileLeaderAsync("1", async (leadership, token) =>
        {
            working.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(_ => { }, TaskScheduler.Default);
            leaderAtTheEnd = leadership.IsLeader;
        });
        await working.Task.WaitAsync(Limit);
        var waiting = other.Election(_name).CampaignAsync("2");
        await UntilLineAsync(other, 2);

        await system.DisposeAsync();
        await using (await waiting.WaitAsync(TimeSpan.FromSeconds(3)))
        {
            Assert.True(leaderAtTheEnd);
            Assert.Equal(CoordinationErrorKind.Stopped, (await Assert.ThrowsAsync<CoordinationException>(() => leader.WaitAsync(Limit))).Kind);
        }

        await UntilEmptyAsync(etcd);
    }

    [Fact]
    public async Task Work_that_completes_or_fails_ends_the_run_and_resigns()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();

        await system.Election(_name).RunWhileLeaderAsync("1", (_, _) => Task.CompletedTask).WaitAsync(Limit);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => system.Election(_name).RunWhileLeaderAsync("1", (_, _) => throw new InvalidOperationException("the work's own")).WaitAsync(Limit));

        await UntilEmptyAsync(etcd);
    }

    [Fact]
    public async Task A_leader_that_is_lost_stops_its_work_and_leads_again_in_a_larger_term()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var terms = new List<Leadership>();
        var twice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var leader = system.Election(_name).RunWhileLeaderAsync("1", async (leadership, token) =>
        {
            terms.Add(leadership);
            if (terms.Count == 1)
            {
                await etcd.RevokeLeaseAsync(leadership.Lease, CancellationToken.None);
            }
            else
            {
                twice.SetResult();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }, null, stop.Token);

        await twice.Task.WaitAsync(Limit);

        Assert.True(terms[1].Term > terms[0].Term);
        Assert.NotNull(terms[0].LossReason);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a/")]
    [InlineData("a.coordination")]
    public async Task A_name_that_cannot_be_an_elections_is_refused(string name)
    {
        await using var system = Server.StartSystem();

        Assert.Throws<ArgumentException>(() => system.Election(name));
        Assert.Throws<ArgumentException>(() => system.Election(new string('n', 1025)));
        await Assert.ThrowsAsync<ArgumentException>(() => system.Election("a").CampaignAsync("", new CampaignOptions { Ttl = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public async Task A_value_that_etcd_does_not_take_is_refused_and_leaves_nothing()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();

        var error = await Assert.ThrowsAsync<EtcdException>(() => system.Election(_name).CampaignAsync(new byte[2 * 1024 * 1024]).WaitAsync(Limit));
        await using var leadership = await system.Election(_name).CampaignAsync("small");
        var refused = await Assert.ThrowsAsync<EtcdException>(() => leadership.ProclaimAsync(new byte[2 * 1024 * 1024]).WaitAsync(Limit));

        Assert.Equal(CoordinationErrorKind.TooLarge, error.Kind);
        Assert.Equal(CoordinationErrorKind.TooLarge, refused.Kind);
        Assert.True(leadership.IsLeader);
    }

    private async Task<IReadOnlyList<ElectionCandidate>> UntilLineAsync(CoordinationSystem system, int length)
    {
        IReadOnlyList<ElectionCandidate> line = [];
        await UntilAsync(async () => (line = await system.Election(_name).GetCandidatesAsync()).Count == length);
        return line;
    }

    private Task UntilEmptyAsync(EtcdClient etcd) =>
        UntilAsync(async () => (await etcd.GetAsync(new EtcdOp.Get(Everything) { CountOnly = true })).Count == 0);

    /// <summary>Asks etcd until the answer is yes; every question is a round trip.</summary>
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
