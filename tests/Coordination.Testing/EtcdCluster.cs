using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Testing;

/// <summary>Several nodes of Debian's etcd that are one cluster, on loopback ports of their own.</summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private readonly List<EtcdClusterNode> _nodes = [];

    private EtcdCluster()
    {
    }

    public IReadOnlyList<EtcdClusterNode> Nodes => _nodes;

    public Uri[] Endpoints => [.. _nodes.Select(node => node.Endpoint)];

    /// <summary>Starts three nodes.</summary>
    /// <param name="canBeIsolated">Whether <see cref="IsolateAsync"/> is wanted: the nodes call each other through proxies then.</param>
    /// <param name="disks">A disk for each node, when they are to be frozen; they are the caller's.</param>
    public static async Task<EtcdCluster> StartAsync(bool canBeIsolated = false, IReadOnlyList<LoopDisk>? disks = null)
    {
        var cluster = new EtcdCluster();
        for (var n = 0; n < 3; n++)
        {
            cluster._nodes.Add(new EtcdClusterNode($"n{n}", canBeIsolated, disks?[n]));
        }

        var members = string.Join(',', cluster._nodes.Select(node => $"{node.Name}={node.PeerUrl}"));
        await Task.WhenAll(cluster._nodes.Select(node => node.StartAsync(members, isNew: true)));
        return cluster;
    }

    public EtcdClient CreateClient(EtcdClientOptions? options = null) =>
        new((options ?? new EtcdClientOptions { RequestTimeout = TimeSpan.FromSeconds(2) }) with
        {
            Endpoints = [.. Endpoints],
            TimeProvider = SuspendAwareTimeProvider.Instance,
        });

    /// <summary>The node that leads, as soon as one says so that can serve.</summary>
    public async Task<EtcdClusterNode> LeaderAsync()
    {
        while (true)
        {
            foreach (var node in _nodes.Where(node => node.IsServing))
            {
                await using var client = new EtcdClient(new EtcdClientOptions { Endpoints = [node.Endpoint], RequestTimeout = TimeSpan.FromSeconds(1) });
                try
                {
                    if (await client.GetStatusAsync() is { IsLeader: true } && (await client.CheckHealthAsync()).IsHealthy)
                    {
                        return node;
                    }
                }
                catch (EtcdException)
                {
                    // Not this one, or not yet.
                }
            }

            // Its nodes need the processor for their election.
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>A node that follows.</summary>
    public async Task<EtcdClusterNode> FollowerAsync()
    {
        var leader = await LeaderAsync();
        return _nodes.First(node => node != leader && node.IsServing);
    }

    /// <summary>Gives the leadership to another node, as before a maintenance.</summary>
    public async Task MoveLeaderAsync()
    {
        var leader = await LeaderAsync();
        var next = _nodes.First(node => node != leader && node.IsServing);
        await Etcdctl.QueryAsync(leader.Endpoint, "move-leader", await IdAsync(next));
    }

    /// <summary>Cuts a node off from the others, in both directions. It runs, and its clients reach it. What is given back puts it right.</summary>
    public async Task<Action> IsolateAsync(EtcdClusterNode node)
    {
        // etcd says in each request between nodes who asks.
        var calls = $"X-Server-From: {await IdAsync(node)}";
        foreach (var each in _nodes)
        {
            each.Callers!.Drop(each == node ? "" : calls);
        }

        return () =>
        {
            foreach (var each in _nodes)
            {
                // What was dropped is missing in the middle of these connections, and of one that begins meanwhile.
                each.Callers!.CutAll();
                each.Callers.Drop(null);
                each.Callers.CutAll();
            }
        };
    }

    /// <summary>Replaces a member by a new one, which has no data and other addresses, as when a machine is replaced.</summary>
    public async Task<EtcdClusterNode> ReplaceAsync(EtcdClusterNode old)
    {
        var other = _nodes.First(node => node != old && node.IsServing);
        await WhenHealthyAsync(other, "remove", await IdAsync(old));
        await old.KillAsync();
        var added = new EtcdClusterNode($"n{_nodes.Count}", old.Callers is not null, disk: null);
        _nodes.Add(added);
        await WhenHealthyAsync(other, "add", added.Name, $"--peer-urls={added.PeerUrl}");
        var members = _nodes.Where(node => node != old).Select(node => $"{node.Name}={node.PeerUrl}");
        await added.StartAsync(string.Join(',', members), isNew: false);
        return added;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static async Task WhenHealthyAsync(EtcdClusterNode node, params string[] command)
    {
        while (true)
        {
            try
            {
                await Etcdctl.QueryAsync(node.Endpoint, ["member", .. command]);
                return;
            }
            catch (InvalidOperationException refused) when (refused.Message.Contains("unhealthy cluster", StringComparison.Ordinal))
            {
                // etcd wants to have seen its members connected for five seconds before it changes who they are.
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            }
        }
    }

    private static async Task<string> IdAsync(EtcdClusterNode node)
    {
        await using var client = new EtcdClient(new EtcdClientOptions { Endpoints = [node.Endpoint] });
        return (await client.GetStatusAsync()).Header.MemberId.ToString("x", CultureInfo.InvariantCulture);
    }
}
