using Coordination.Cluster;
using Xunit.Abstractions;

namespace Coordination.IntegrationTests.Cluster;

/// <summary>A short run of the cluster program; the long ones are for people. Rows 7, 9a and 10 of docs/faults.md.</summary>
[Collection(Undisturbed.Name)]
[Trait("Category", Undisturbed.Name)]
public sealed class ClusterTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task While_the_leader_is_killed_and_the_quorum_lost_no_lock_is_held_twice_no_event_is_missed_and_writes_say_what_became_of_them()
    {
        var verdict = await ClusterRun.RunAsync(
            [Scenario.LeaderKilled with { Lasts = TimeSpan.FromSeconds(0.5) }, Scenario.QuorumLostBriefly with { Lasts = TimeSpan.FromSeconds(1) }], output.WriteLine);

        output.WriteLine(verdict.ToString());
        Assert.Empty(verdict.Violations);

        // A TTL is five seconds: the election of another leader does not cost a lock.
        Assert.Equal(0, verdict.Recoveries[0].LocksLost);
        Assert.All(verdict.Recoveries.SelectMany(recovery => recovery.Times), time => Assert.InRange(time.Took, TimeSpan.Zero, TimeSpan.FromSeconds(10)));
        Assert.All(verdict.Counts, count => Assert.True(count.Count > 20, $"{count}"));
    }

    [Fact]
    public async Task While_the_leader_and_a_follower_are_cut_off_from_the_others_and_reached_by_clients_no_lock_is_held_twice_and_no_event_is_missed()
    {
        var verdict = await ClusterRun.RunAsync([Scenario.LeaderIsolated with { Lasts = Lasts }, Scenario.FollowerIsolated with { Lasts = Lasts }], output.WriteLine);

        output.WriteLine(verdict.ToString());
        Assert.Empty(verdict.Violations);
        Assert.Equal(0, verdict.Recoveries.Sum(recovery => recovery.LocksLost));

        // While it lasts, and not after it: everybody has moved to another member.
        Assert.All(verdict.Recoveries.SelectMany(recovery => recovery.Times), time => Assert.InRange(time.Took, TimeSpan.Zero, Lasts));
    }
}
