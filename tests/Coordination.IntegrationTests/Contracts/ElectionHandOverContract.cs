using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

public sealed class ElectionHandOverOnEmbedded(EmbeddedFixture fixture) : ElectionHandOverContract(fixture), IClassFixture<EmbeddedFixture>;

public sealed class ElectionHandOverOnRealEtcd(RealEtcdFixture fixture) : ElectionHandOverContract(fixture), IClassFixture<RealEtcdFixture>;

/// <summary>How a leadership is handed to a preferred or a named candidate, on every server.</summary>
public abstract class ElectionHandOverContract(ServerFixture fixture) : ElectionTestBase(fixture)
{
    [Fact]
    public async Task A_preferred_candidate_takes_over_gracefully_past_the_others()
    {
        await using var system = Server.StartSystem();
        var order = new List<string>();
        using var stop = new CancellationTokenSource();
        var stopped = 0;
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leader = system.Election(Name).RunWhileLeaderAsync("low", async (_, token) =>
        {
            working.TrySetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
            await Task.Yield();
            stopped++;
        }, null, stop.Token);
        await working.Task.WaitAsync(Limit);
        var between = system.Election(Name).CampaignAsync("between", new CampaignOptions { Name = "between" });
        await UntilLineAsync(system, 2);

        await using var preferred = await system.Election(Name).CampaignAsync("high", new CampaignOptions { Priority = 1 }).WaitAsync(Limit);

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
        var leader = await system.Election(Name).CampaignAsync("1", new CampaignOptions { Name = "a" });
        var second = system.Election(Name).CampaignAsync("2", new CampaignOptions { Name = "b" });
        await UntilLineAsync(system, 2);
        var third = system.Election(Name).CampaignAsync("3", new CampaignOptions { Name = "c" });
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
        await using var leader = await system.Election(Name).CampaignAsync("1", new CampaignOptions { Name = "a" });
        var lease = (await etcd.GrantLeaseAsync(TimeSpan.FromSeconds(60))).Id;
        await etcd.PutAsync(new EtcdOp.Put($"{Name}/{lease}", "foreign") { Lease = lease });
        using var cancel = new CancellationTokenSource();
        var third = system.Election(Name).CampaignAsync("3", new CampaignOptions { Name = "c" }, cancel.Token);
        await UntilLineAsync(system, 3);

        var outcome = await leader.TransferAsync("c");

        Assert.Equal(TransferOutcome.ForeignBetween, outcome);
        Assert.True(leader.IsLeader);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        await etcd.RevokeLeaseAsync(lease);
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
        var leader = system.Election(Name).RunWhileLeaderAsync("1", async (_, token) =>
        {
            isWorking = true;
            working.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(_ => { }, TaskScheduler.Default);
            isWorking = false;
        }, null, stop.Token);
        await working.Task.WaitAsync(Limit);
        var target = other.Election(Name).CampaignAsync("2");
        await UntilLineAsync(system, 2);

        Assert.False(await operation.Election(Name).RequestTransferAsync("nobody"));
        Assert.True(await operation.Election(Name).RequestTransferAsync("other"));
        await using var next = await target.WaitAsync(Limit);

        Assert.False(isWorking);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
    }
}
