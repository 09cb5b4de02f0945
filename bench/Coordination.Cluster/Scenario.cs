namespace Coordination.Cluster;

/// <summary>Something that goes wrong in a cluster of three, and how it is put right.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="BreakAsync">Makes it happen, and gives back what puts it right; recovery is measured from its end.</param>
/// <param name="Lasts">How long it lasts.</param>
/// <param name="HasQuorum">Whether the cluster can serve meanwhile; if not, recovery is measured from when it is put right.</param>
internal sealed record Scenario(string Name, Func<EtcdCluster, Task<Func<Task>>> BreakAsync, TimeSpan Lasts, bool HasQuorum = true)
{
    public static Scenario LeaderKilled { get; } = new("leader-killed", async cluster =>
    {
        var leader = await cluster.LeaderAsync();
        await leader.KillAsync();
        return leader.StartAgainAsync;
    }, TimeSpan.FromSeconds(4));

    public static Scenario FollowerKilled { get; } = new("follower-killed", async cluster =>
    {
        var follower = await cluster.FollowerAsync();
        await follower.KillAsync();
        return follower.StartAgainAsync;
    }, TimeSpan.FromSeconds(3));

    public static Scenario LeaderStopped { get; } = new("leader-stopped", async cluster =>
    {
        var leader = await cluster.LeaderAsync();
        leader.Pause();
        return () =>
        {
            leader.Resume();
            return Task.CompletedTask;
        };
    }, TimeSpan.FromSeconds(12));

    /// <summary>For longer than the TTL of the leases: what is held must be lost before anybody else can have it.</summary>
    public static Scenario QuorumLost { get; } = Without("quorum-lost", TimeSpan.FromSeconds(8));

    /// <summary>For less than the TTL.</summary>
    public static Scenario QuorumLostBriefly { get; } = Without("quorum-lost-briefly", TimeSpan.FromSeconds(1.5));

    public static Scenario LeaderMoved { get; } = new("leader-moved", async cluster =>
    {
        await cluster.MoveLeaderAsync();
        return () => Task.CompletedTask;
    }, TimeSpan.FromSeconds(2));

    public static Scenario MemberReplaced { get; } = new("member-replaced", async cluster =>
    {
        await cluster.ReplaceAsync(await cluster.FollowerAsync());
        return () => Task.CompletedTask;
    }, TimeSpan.FromSeconds(2));

    /// <summary>The last one changes who is in the cluster, so it comes last.</summary>
    public static IReadOnlyList<Scenario> All { get; } = [LeaderKilled, FollowerKilled, LeaderStopped, QuorumLostBriefly, QuorumLost, LeaderMoved, MemberReplaced];

    private static Scenario Without(string name, TimeSpan lasts) => new(name, async cluster =>
    {
        var leader = await cluster.LeaderAsync();
        var follower = await cluster.FollowerAsync();
        await Task.WhenAll(leader.KillAsync(), follower.KillAsync());
        return () => Task.WhenAll(leader.StartAgainAsync(), follower.StartAgainAsync());
    }, lasts, HasQuorum: false);
}
