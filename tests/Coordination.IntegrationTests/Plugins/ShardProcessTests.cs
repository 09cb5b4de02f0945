using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Coordination.Chaos;
using Coordination.Chaos.Workers;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>Nodes of a sharded cluster as real processes on a real etcd: the shard's entity never works twice, whatever happens to its process.</summary>
public sealed class ShardProcessTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<WorkerReport> _reports = new();
    private readonly Dictionary<string, WorkerProcess> _nodes = [];
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes.Values)
        {
            await node.DisposeAsync();
        }

        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task When_the_process_of_a_shard_is_killed_the_entity_begins_elsewhere_after_the_lease_ended()
    {
        var worker = await StartThreeAsync();

        await _nodes[worker].KillAsync();
        var next = await WorkerAsync(but: worker);

        AssertNoOverlap();
        Assert.True(Seen(next)[0].Token > Seen(worker)[^1].Token);
    }

    [Fact]
    public async Task A_process_that_was_stopped_for_longer_than_the_lease_knows_before_its_first_message_that_its_shard_is_elsewhere()
    {
        var worker = await StartThreeAsync();

        _nodes[worker].Stop();
        var next = await WorkerAsync(but: worker);
        var woken = Stamp.Now;
        _nodes[worker].Continue();
        var token = Seen(next)[^1].Token;

        // Until the stopped node knows that it is out of the cluster, the entity there may still be asked; it has no lease any more.
        await Until.SoAsync(() => _reports.Count(report => report.Kind == ReportKind.Seen && report.Text == next && report.At > Stamp.After(woken, TimeSpan.FromSeconds(2))) > 3, Told);
        Assert.DoesNotContain(Seen(worker), report => report.At > woken);
        Assert.Equal(token, Seen(next)[^1].Token);
        AssertNoOverlap();
    }

    private async Task<string> StartThreeAsync()
    {
        var ports = new[] { FreePort(), FreePort(), FreePort() };
        for (var n = 0; n < ports.Length; n++)
        {
            _nodes[$"node{n}"] = WorkerProcess.StartShardNode($"node{n}", _etcd.Endpoint, ports[n], ports[0], ports.Length, _reports.Enqueue);
        }

        await Until.SoAsync(() => _reports.Count(report => report.Kind == ReportKind.Ready) == ports.Length, Told);
        return await WorkerAsync(but: "");
    }

    /// <summary>Who works, and has for a while.</summary>
    private async Task<string> WorkerAsync(string but)
    {
        string? Worker() => _nodes.Keys.FirstOrDefault(name => name != but && Seen(name).Count > 3);
        await Until.SoAsync(() => Worker() is not null, Told);
        return Worker()!;
    }

    private List<WorkerReport> Seen(string name) => [.. _reports.Where(report => report.Kind == ReportKind.Seen && report.Text == name)];

    private string Told() => string.Join('\n', _reports.GroupBy(report => (report.Text, report.Kind)).Select(group => $"{group.Key}: {group.Count()}")) + string.Concat(_nodes.Values.Select(node => node.Errors));

    /// <summary>No two worked at the same time with the lease.</summary>
    private void AssertNoOverlap()
    {
        var lives = _nodes.Keys.Select(Seen).Where(seen => seen.Count > 0).Select(seen => (First: seen[0], Last: seen[^1])).OrderBy(life => life.First.At).ToList();
        Assert.All(lives.Zip(lives.Skip(1)), pair => Assert.True(pair.First.Last.At < pair.Second.First.At, $"{pair.First.Last} and {pair.Second.First}"));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
