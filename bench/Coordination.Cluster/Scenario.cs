namespace Coordination.Cluster;

/// <summary>Something that goes wrong in a cluster of three, and how it is put right.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="BreakAsync">Makes it happen, and gives back what puts it right; recovery is measured from its end.</param>
/// <param name="Lasts">How long it lasts.</param>
/// <param name="HasQuorum">Whether the cluster can serve meanwhile; if not, recovery is measured from when it is put right.</param>
internal sealed record Scenario(string Name, Func<EtcdCluster, Task<Func<Task>>> BreakAsync, TimeSpan Lasts, bool HasQuorum = true)
{
    /// <summary>Whether the nodes must call each other through proxies.</summary>
    public bool Isolates { get; private init; }

    /// <summary>Whether each node needs a disk of its own, which takes root.</summary>
    public bool FreezesDisk { get; private init; }

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

    /// <summary>It does not know yet that it leads nobody, and its clients reach it: what it says about leases is worth nothing.</summary>
    public static Scenario LeaderIsolated { get; } = Isolated("leader-isolated", cluster => cluster.LeaderAsync());

    public static Scenario FollowerIsolated { get; } = Isolated("follower-isolated", cluster => cluster.FollowerAsync());

    /// <summary>It leads until the others have had enough, and goes on answering from memory: also keep-alives, for leases that the next leader lets expire.</summary>
    public static Scenario LeaderDiskFrozen { get; } = new("leader-disk-frozen", async cluster =>
    {
        var leader = await cluster.LeaderAsync();
        await leader.FreezeDiskAsync();
        return leader.ThawDiskAsync;
    }, TimeSpan.FromSeconds(12)) { FreezesDisk = true };

    public static Scenario MemberReplaced { get; } = new("member-replaced", async cluster =>
    {
        await cluster.ReplaceAsync(await cluster.FollowerAsync());
        return () => Task.CompletedTask;
    }, TimeSpan.FromSeconds(2));

    /// <summary>What can be done here. The last one changes who is in the cluster, so it comes last.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        LeaderKilled, FollowerKilled, LeaderStopped, LeaderIsolated, FollowerIsolated, .. LoopDisk.IsPossible ? [LeaderDiskFrozen] : Array.Empty<Scenario>(),
        QuorumLostBriefly, QuorumLost, LeaderMoved, MemberReplaced,
    ];

    private static Scenario Isolated(string name, Func<EtcdCluster, Task<EtcdClusterNode>> whom) => new(name, async cluster =>
    {
        var reconnect = await cluster.IsolateAsync(await whom(cluster));
        return () =>
        {
            reconnect();
            return Task.CompletedTask;
        };
    }, TimeSpan.FromSeconds(8)) { Isolates = true };

    private static Scenario Without(string name, TimeSpan lasts) => new(name, async cluster =>
    {
        var leader = await cluster.LeaderAsync();
        var follower = await cluster.FollowerAsync();
        await Task.WhenAll(leader.KillAsync(), follower.KillAsync());
        return () => Task.WhenAll(leader.StartAgainAsync(), follower.StartAgainAsync());
    }, lasts, HasQuorum: false);
}
