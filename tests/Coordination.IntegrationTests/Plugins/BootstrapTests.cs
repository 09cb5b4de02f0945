using System.Net;
using System.Net.Sockets;
using System.Text;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Management.Cluster.Bootstrap;
using Akka.Management.Dsl;
using Coordination.Plugins;
using Newtonsoft.Json;
using static Akka.Management.Cluster.Bootstrap.ContactPoint.HttpBootstrapJsonProtocol;
using Membership = Akka.Cluster.Cluster;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>
/// The cluster bootstrap of Akka.Management with our discovery method. Its coordinator, its probes over HTTP and its decision are Akka's; only the web server that answers the
/// probes is the test's own, because that of Akka.Management needs a version of Ceen.Httpd that not every registry has.
/// </summary>
public sealed class BootstrapTests : IAsyncLifetime
{
    private readonly List<BootstrapNode> _nodes = [];
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task Three_nodes_that_start_at_once_on_an_empty_etcd_form_one_cluster()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Node(required: 3)).ToList().Select(node => node.BeginAsync()));

        await OneClusterAsync(3);
    }

    [Fact]
    public async Task Nodes_that_start_one_after_the_other_join_the_cluster_of_the_first()
    {
        for (var count = 1; count <= 3; count++)
        {
            await Node(required: 1).BeginAsync();
            await OneClusterAsync(count);
        }
    }

    [Fact]
    public async Task A_node_that_comes_after_another_one_left_finds_those_that_are_there()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Node(required: 3)).ToList().Select(node => node.BeginAsync()));
        await OneClusterAsync(3);
        await _nodes[0].DisposeAsync();
        _nodes.RemoveAt(0);
        await OneClusterAsync(2);

        await Node(required: 2).BeginAsync();

        await OneClusterAsync(3);
    }

    private BootstrapNode Node(int required)
    {
        var node = new BootstrapNode(_etcd.Endpoint, required);
        _nodes.Add(node);
        return node;
    }

    private Task OneClusterAsync(int count) => Until.SoAsync(
        () => _nodes.All(node => node.Members is var members && members.Count == count && members.All(member => member.Status == MemberStatus.Up)),
        () => string.Join("; ", _nodes.Select(node => string.Join(", ", node.Members))));

    /// <summary>A node that finds the others by the bootstrap.</summary>
    private sealed class BootstrapNode : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Uri _contactPoint;
        private readonly ActorSystem _actors;
        private readonly Task _answering;

        public BootstrapNode(Uri etcd, int required)
        {
            _contactPoint = new Uri($"http://127.0.0.1:{FreePort()}/");
            _listener.Prefixes.Add(_contactPoint.AbsoluteUri);
            _listener.Start();
            _actors = ActorSystem.Create("found", ConfigurationFactory.ParseString($$"""
                akka {
                  loglevel = OFF
                  stdout-loglevel = OFF
                  actor.provider = cluster
                  remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
                  cluster { gossip-interval = 200ms, leader-actions-interval = 200ms }
                  discovery { method = etcd, etcd { service-name = found, host = "127.0.0.1", port = {{_contactPoint.Port}}, port-name = management } }
                  management.cluster.bootstrap {
                    contact-point-discovery { service-name = found, port-name = management, required-contact-point-nr = {{required}}, stable-margin = 1s, interval = 200ms }
                    contact-point { probe-interval = 200ms, probing-failure-timeout = 3s }
                  }
                }
                coordination.etcd.endpoints = ["{{etcd.GetLeftPart(UriPartial.Authority)}}"]
                """).WithFallback(EtcdLease.DefaultConfiguration).WithFallback(ClusterBootstrap.DefaultConfiguration()));
            _answering = AnswerAsync();
        }

        public IReadOnlyCollection<Member> Members => Membership.Get(_actors).State.Members;

        public Task BeginAsync()
        {
            var bootstrap = ClusterBootstrap.Get(_actors);

            // As the web server of Akka.Management does when it begins to listen.
            bootstrap.Routes(ManagementRouteProviderSettings.Create(_contactPoint, readOnly: true));
            return bootstrap.Start();
        }

        public async ValueTask DisposeAsync()
        {
            await _actors.Terminate();
            _listener.Close();
            await _answering;
        }

        /// <summary>What <c>HttpClusterBootstrapRoutes</c> answers.</summary>
        private async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    var cluster = Membership.Get(_actors);
                    var members = cluster.State.Members.Where(member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Joining)
                        .Select(member => new ClusterMember(member.UniqueAddress.Address, member.UniqueAddress.Uid, member.Status, member.Roles));
                    var json = JsonConvert.SerializeObject(new SeedNodes(cluster.SelfMember.UniqueAddress.Address, [.. members]));
                    context.Response.ContentType = "application/json";
                    context.Response.Close(Encoding.UTF8.GetBytes(json), willBlock: false);
                }
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                // Closed.
            }
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
