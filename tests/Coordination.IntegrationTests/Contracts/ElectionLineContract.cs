using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class ElectionLineOnEmbedded(EmbeddedFixture fixture) : ElectionLineContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ElectionLineOnRealEtcd(RealEtcdFixture fixture) : ElectionLineContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>The line of an election, on every server: who comes after whom, and what happens to those who leave it.</summary>
public abstract class ElectionLineContract(ServerFixture fixture) : ElectionTestBase(fixture)
{
    [Fact]
    public async Task Candidates_lead_in_the_order_in_which_they_came_with_growing_terms_and_nothing_is_left()
    {
        await using var system = Server.StartSystem();
        await using var other = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var terms = new List<long>();
        var first = await system.Election(Name).CampaignAsync("0");
        var waiting = new List<Task<ILeadership>>();
        for (var n = 1; n <= 4; n++)
        {
            waiting.Add((n % 2 == 0 ? system : other).Election(Name).CampaignAsync($"{n}"));
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_candidate_cancelled_at_any_moment_leaves_no_key_behind(bool isSecond)
    {
        await using var other = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var (counted, moments) = EtcdMoments.Of(etcd);
        await using var system = CoordinationSystem.Start(new CoordinationOptions(), counted);
        await system.WaitUntilReadyAsync(Limit);
        var moment = 0;
        var isCancelled = true;
        while (isCancelled)
        {
            var first = isSecond ? await other.Election(Name).CampaignAsync("first") : null;
            using var cancel = new CancellationTokenSource();
            moments.At(++moment, cancel.Cancel);
            var campaigning = system.Election(Name).CampaignAsync("x", null, cancel.Token);
            if (first is not null)
            {
                await UntilAsync(async () => campaigning.IsCompleted || (await other.Election(Name).GetCandidatesAsync()).Count == 2);
                await first.ResignAsync();
            }

            try
            {
                await using var leadership = await campaigning.WaitAsync(Limit);
                isCancelled = cancel.IsCancellationRequested;
            }
            catch (OperationCanceledException)
            {
                // The other legitimate end of the race.
            }

            await UntilEmptyAsync(etcd);
        }

        // The grant of the lease and the entry, each sent and answered; who is second also looks again.
        Assert.InRange(moment, isSecond ? 7 : 5, 100);
        await using var after = await system.Election(Name).CampaignAsync("after").WaitAsync(Limit);
    }

    [Fact]
    public async Task A_leader_whose_key_is_deleted_or_overwritten_by_somebody_is_told_and_the_line_moves_on()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var first = await system.Election(Name).CampaignAsync("1");
        var second = system.Election(Name).CampaignAsync("2");
        await UntilLineAsync(system, 2);
        var third = system.Election(Name).CampaignAsync("3");
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
        var first = await system.Election(Name).CampaignAsync("1");
        var waiting = system.Election(Name).CampaignAsync("2");
        var old = (await UntilLineAsync(system, 2))[1];

        await etcd.RevokeLeaseAsync(old.Lease);
        await UntilAsync(async () => (await system.Election(Name).GetCandidatesAsync()) is [_, var again] && again.Lease != old.Lease);
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
        await using var first = await system.Election(Name).CampaignAsync("1");
        using var cancel = new CancellationTokenSource();
        var second = system.Election(Name).CampaignAsync("2", null, cancel.Token);
        await UntilLineAsync(system, 2);
        var third = system.Election(Name).CampaignAsync("3");
        await UntilLineAsync(system, 3);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await UntilLineAsync(system, 2);
        await etcd.PutAsync(new EtcdOp.Put(Name + ".fence", ""));
        Assert.False(third.IsCompleted);
        await first.ResignAsync();
        await using var next = await third.WaitAsync(Limit);
        await etcd.DeleteAsync(new EtcdOp.Delete(Name + ".fence"));
    }
}
