using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Coordination.Chaos.Workers;
using Coordination.Plugins;
using Membership = Akka.Cluster.Cluster;

namespace Coordination.Chaos.Shards;

/// <summary>A node of an Akka cluster with one shard and one entity in it, which every node asks for all the time; the lease of the shard is in etcd.</summary>
internal sealed class ShardNode(string name, Uri etcd, int port, int seedPort)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Lock _lock = new();

    public async Task RunAsync(int members, CancellationToken stop)
    {
        var actors = ActorSystem.Create("shards", ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
              cluster {
                gossip-interval = 200ms
                leader-actions-interval = 200ms
                unreachable-nodes-reaper-interval = 300ms
                failure-detector { heartbeat-interval = 300ms, acceptable-heartbeat-pause = 4s, expected-response-after = 300ms }
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                split-brain-resolver {
                  active-strategy = lease-majority
                  stable-after = 2s
                  lease-majority.lease-implementation = "akka.coordination.lease.etcd"
                }
                sharding {
                  use-lease = "akka.coordination.lease.etcd"
                  lease-retry-interval = 200ms
                  retry-interval = 200ms
                  waiting-for-state-timeout = 1s
                  distributed-data.durable.keys = []
                }
              }
              coordination.lease.etcd { heartbeat-timeout = 3s, heartbeat-interval = 1s }
            }
            coordination.etcd.endpoints = ["{{etcd.GetLeftPart(UriPartial.Authority)}}"]
            """).WithFallback(EtcdLease.DefaultConfiguration).WithFallback(ClusterSharding.DefaultConfig()));
        var cluster = Membership.Get(actors);
        cluster.Join(new Address(cluster.SelfAddress.Protocol, actors.Name, cluster.SelfAddress.Host, seedPort));
        var region = ClusterSharding.Get(actors).Start("things", Props.Create(() => new Entity(this)), ClusterShardingSettings.Create(actors), new OneEntity());
        using var timer = new PeriodicTimer(Period);
        var isReady = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                if (!isReady && cluster.State.Members.Count(member => member.Status == MemberStatus.Up) == members)
                {
                    isReady = true;
                    Tell(ReportKind.Ready, 0, Stamp.Now);
                }

                region.Tell("work");
            }
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }

        await actors.Terminate();
        Tell(ReportKind.Ended, 0, Stamp.Now);
    }

    private void Tell(ReportKind kind, long token, long at)
    {
        lock (_lock)
        {
            _output.Write(System.Text.Encoding.UTF8.GetBytes(new WorkerReport(kind, token, at, name) + "\n"));
            _output.Flush();
        }
    }

    private sealed class OneEntity : HashCodeMessageExtractor
    {
        public OneEntity()
            : base(1)
        {
        }

        public override string EntityId(object message) => "thing";
    }

    /// <summary>Reports at each message, and says whether the lease was held then.</summary>
    private sealed class Entity : ReceiveActor
    {
        public Entity(ShardNode node)
        {
            var lease = EtcdLease.OfShard(Context);
            Receive<string>(_ =>
            {
                var at = Stamp.Now;
                node.Tell(lease!.CheckLease() ? ReportKind.Seen : ReportKind.Over, lease.Current?.Token ?? 0, at);
            });
        }
    }
}
