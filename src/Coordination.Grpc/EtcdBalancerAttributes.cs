using Grpc.Net.Client.Balancer;

namespace Coordination;

/// <summary>What the addresses of an <see cref="EtcdResolverFactory"/> say about their instances, for load balancing policies.</summary>
public static class EtcdBalancerAttributes
{
    /// <summary><see cref="ServiceInstance.Weight"/>: 1 to 10,000.</summary>
    public static readonly BalancerAttributesKey<int> Weight = new("coordination-weight");

    /// <summary><see cref="ServiceInstance.Zone"/>; missing when the instance says none.</summary>
    public static readonly BalancerAttributesKey<string> Zone = new("coordination-zone");

    /// <summary>Whether the instance is <see cref="InstanceState.Draining"/>: it wants no new calls, and nobody else takes them.</summary>
    public static readonly BalancerAttributesKey<bool> Draining = new("coordination-draining");
}
