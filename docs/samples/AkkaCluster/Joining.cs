using Akka.Actor;
using Akka.Cluster;
using Coordination;
using Coordination.Plugins;

namespace AkkaCluster;

/// <summary>
/// One node at a time looks who is in the cluster: the first finds nobody and starts it, the others join. Only then does a node register itself and let the next one look.
/// </summary>
internal static class Joining
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task JoinAsync(ActorSystem actors)
    {
        var (coordination, cluster) = (CoordinationExtension.For(actors).System, Cluster.Get(actors));
        await using var turn = await coordination.Lock($"akka/joining/{actors.Name}").AcquireAsync();
        using var members = coordination.Discover(actors.Name);
        while (true)
        {
            var view = await members.WaitForViewAsync(Limit);
            var others = view.Instances.Select(member => new Address(cluster.SelfAddress.Protocol, actors.Name, member.Host, member.Port))
                .Where(address => address != cluster.SelfAddress).ToList();
            using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
            try
            {
                await (others.Count == 0 ? cluster.JoinAsync(cluster.SelfAddress, limit.Token) : cluster.JoinSeedNodesAsync(others, limit.Token));
                break;
            }
            catch (Exception error) when (error is OperationCanceledException or ClusterJoinFailedException)
            {
                // Those that are registered may have crashed. Their registrations run out; then look again.
            }
        }

        var method = (EtcdServiceDiscovery)Akka.Discovery.Discovery.Get(actors).Default;
        await method.Registration!.WaitUntilRegisteredAsync(Limit);
    }
}
