namespace Coordination.IntegrationTests.Contracts;

public sealed class ElectionWorkOnEmbedded(EmbeddedFixture fixture) : ElectionWorkContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ElectionWorkOnRealEtcd(RealEtcdFixture fixture) : ElectionWorkContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>What runs while its process leads, on every server.</summary>
public abstract class ElectionWorkContract(ServerFixture fixture) : ElectionTestBase(fixture)
{
    [Fact]
    public async Task Stopping_the_system_stops_the_work_first_then_resigns_and_leaves_nothing()
    {
        var system = Server.StartSystem();
        await using var other = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leaderAtTheEnd = false;
        var leader = system.Election(Name).RunWhileLeaderAsync("1", async (leadership, token) =>
        {
            working.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(_ => { }, TaskScheduler.Default);
            leaderAtTheEnd = leadership.IsLeader;
        });
        await working.Task.WaitAsync(Limit);
        var waiting = other.Election(Name).CampaignAsync("2");
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

        await system.Election(Name).RunWhileLeaderAsync("1", (_, _) => Task.CompletedTask).WaitAsync(Limit);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => system.Election(Name).RunWhileLeaderAsync("1", (_, _) => throw new InvalidOperationException("the work's own")).WaitAsync(Limit));

        await UntilEmptyAsync(etcd);
    }

    [Fact]
    public async Task A_leader_that_is_lost_stops_its_work_and_leads_again_in_a_larger_term()
    {
        await using var system = Server.StartSystem();
        await using var etcd = Server.CreateClient();
        var terms = new List<ILeadership>();
        var twice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var leader = system.Election(Name).RunWhileLeaderAsync("1", async (leadership, token) =>
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
}
