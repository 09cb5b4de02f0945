using System.Net;
using System.Net.Sockets;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Coordination;
using Coordination.Plugins;
using Membership = Akka.Cluster.Cluster;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>
/// Nodes of one Akka cluster, each an actor system with remoting of its own. A proxy stands between them, and one between each of them and etcd.
/// </summary>
internal sealed class ClusterNodes : IAsyncDisposable
{
    public const string Name = "nodes";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly NodeProxy _between = new();
    private readonly Uri _etcd;
    private readonly string _more;
    private readonly string _instead;
    private readonly List<ClusterNode> _nodes = [];

    /// <param name="etcd">Where etcd is.</param>
    /// <param name="more">Settings that are not said here.</param>
    /// <param name="instead">Settings that are to be other ones than here.</param>
    public ClusterNodes(Uri etcd, string more = "", string instead = "")
    {
        _etcd = etcd;
        _more = more;
        _instead = instead;
    }

    public ClusterNode this[int index] => _nodes[index];

    /// <summary>Nodes that join one after the other, so that the first is the oldest.</summary>
    public async Task StartAsync(int count, Action<ClusterNode> prepare)
    {
        for (var n = 0; n < count; n++)
        {
            var node = Add();
            prepare(node);
            await Membership.Get(node.Actors).JoinAsync(_nodes[0].Address).WaitAsync(Limit);
        }

        await Task.WhenAll(_nodes.Select(node => node.UntilMembersAsync(count)));
    }

    public void Partition(IEnumerable<int> side, IEnumerable<int> other) => _between.Cut(side.Select(n => _nodes[n].Host), other.Select(n => _nodes[n].Host));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.Etcd.DisposeAsync().AsTask()));
        await Task.WhenAll(_nodes.Select(node => node.Actors.Terminate()));
        await _between.DisposeAsync();
    }

    private ClusterNode Add()
    {
        var host = $"127.0.0.{_nodes.Count + 2}";
        var port = FreePort();
        var etcd = new TcpProxy(_etcd);
        var actors = ActorSystem.Create(Name, ConfigurationFactory.ParseString($$"""
            {{_more}}
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}}, public-hostname = "{{host}}", public-port = {{_between.Open(host, port)}} }
              cluster {
                gossip-interval = 200ms
                leader-actions-interval = 200ms
                unreachable-nodes-reaper-interval = 300ms
                failure-detector { heartbeat-interval = 300ms, acceptable-heartbeat-pause = 2s, expected-response-after = 300ms }
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                split-brain-resolver {
                  active-strategy = lease-majority
                  stable-after = 2s
                  lease-majority { lease-implementation = "akka.coordination.lease.etcd", acquire-lease-delay-for-minority = 1s }
                }
                singleton { use-lease = "akka.coordination.lease.etcd", lease-retry-interval = 200ms, hand-over-retry-interval = 200ms }
              }
              coordination.lease.etcd { heartbeat-timeout = 3s, heartbeat-interval = 1s }
            }
            coordination.etcd.endpoints = ["{{etcd.Endpoint.GetLeftPart(UriPartial.Authority)}}"]
            {{_instead}}
            """).WithFallback(EtcdLease.DefaultConfiguration));
        var node = new ClusterNode(host, actors, etcd);
        _nodes.Add(node);
        return node;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One of them.</summary>
/// <param name="Host">Its loopback address.</param>
/// <param name="Actors">Its actor system.</param>
/// <param name="Etcd">What stands between it and etcd.</param>
internal sealed record ClusterNode(string Host, ActorSystem Actors, TcpProxy Etcd)
{
    public Address Address => ((ExtendedActorSystem)Actors).Provider.DefaultAddress;

    public bool IsUp => !Actors.WhenTerminated.IsCompleted;

    /// <summary>Whether it knows that it has this lease. (The extension gives back the lease that the node itself uses.)</summary>
    public bool HasLease(string name) => LeaseProvider.Get(Actors).GetLease(name, "akka.coordination.lease.etcd", Address.HostPort()).CheckLease();

    /// <summary>Until it sees so many members that are up, and none that is unreachable.</summary>
    public Task UntilMembersAsync(int count) => Until.SoAsync(
        () => Membership.Get(Actors).State is var state && state.Unreachable.IsEmpty && state.Members.Count == count && state.Members.All(member => member.Status == MemberStatus.Up),
        () => $"{Host} sees {string.Join(", ", Membership.Get(Actors).State.Members)}");
}

/// <summary>Waits for what nobody tells.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task SoAsync(Func<bool> isSo, Func<string> but)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            while (!isSo())
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It did not become so within {Limit.TotalSeconds:0} s: {but()}");
        }
    }
}
