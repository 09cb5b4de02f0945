using System.Text.RegularExpressions;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Support;

/// <summary>Two real etcds with the same history: one is used through etcdctl, the other through the tool. What both print is compared.</summary>
public sealed partial class Twins : IAsyncLifetime
{
    /// <summary>The one that etcdctl uses.</summary>
    public RealEtcd Theirs { get; private set; } = null!;

    /// <summary>The one that the tool uses.</summary>
    public RealEtcd Ours { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Theirs = await RealEtcd.StartAsync();
        Ours = await RealEtcd.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Theirs.DisposeAsync();
        await Ours.DisposeAsync();
    }

    /// <summary>The revision of both.</summary>
    /// <param name="after">What was done last.</param>
    public async Task<long> RevisionAsync(string after = "all")
    {
        await using var theirs = Theirs.CreateClient();
        await using var ours = Ours.CreateClient();
        var revisions = ((await theirs.GetAsync("none")).Header.Revision.Value, (await ours.GetAsync("none")).Header.Revision.Value);
        Assert.True(revisions.Item1 == revisions.Item2, $"After {after} they are at different revisions: {revisions}.");
        return revisions.Item1;
    }

    /// <summary>A text without what differs from cluster to cluster: ids of leases, clusters and members, ports, times.</summary>
    public string Same(string text)
    {
        text = text.Replace(Theirs.Endpoint.Authority, "HOST", StringComparison.Ordinal).Replace(Ours.Endpoint.Authority, "HOST", StringComparison.Ordinal);
        text = Ids().Replace(text, "\"$1\":ID");
        text = Leases().Replace(text, "$1LEASE");
        text = Member().Replace(text, "HOST, MEMBER");
        text = Listed().Replace(text, "MEMBER");
        text = Peer().Replace(text, "PEER");
        text = Size().Replace(text, "SIZE");
        text = Indexes().Replace(text, "INDEX");
        text = Keys().Replace(text, match => string.Join(' ', match.Value.Split(' ', ',').Order(StringComparer.Ordinal)));
        return Took().Replace(text, "TIME");
    }

    [GeneratedRegex("\"(cluster_id|member_id|leader|ID|id|lease|dbSize|dbSizeInUse|raftIndex|raftAppliedIndex|ttl)\":-?[0-9]+")]
    private static partial Regex Ids();

    [GeneratedRegex("(^|lease |\n)[0-9a-f]{16}(?= |\n)")]
    private static partial Regex Leases();

    [GeneratedRegex("HOST, [0-9a-f]+")]
    private static partial Regex Member();

    [GeneratedRegex("[0-9a-f]+(?=, started)")]
    private static partial Regex Listed();

    [GeneratedRegex("127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex Peer();

    [GeneratedRegex("[0-9.]+ kB")]
    private static partial Regex Size();

    [GeneratedRegex("[0-9]+, [0-9]+, $", RegexOptions.Multiline)]
    private static partial Regex Indexes();

    // The keys of a lease have no order in etcd.
    [GeneratedRegex("(?<=attached keys\\(\\[|\"keys\":\\[)[^\\]]*")]
    private static partial Regex Keys();

    [GeneratedRegex("[0-9.]+(ms|µs)|remaining\\([0-9]+s\\)")]
    private static partial Regex Took();
}
