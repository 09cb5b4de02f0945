using Coordination.Resolving;
using Grpc.Net.Client.Balancer;

namespace Coordination;

/// <summary>
/// A load balancing policy for Grpc.Net.Client: calls follow the weights of the instances, stay in the preferred zone while it has a connected instance, and go to one that drains
/// only when there is no other. For addresses with <see cref="EtcdBalancerAttributes"/>; those without count as weight 100, in no zone. Thread-safe.
/// <para>
/// What the balancing handler of this library does beside that (least outstanding, ejection, a budget of retries) this policy does not: Grpc.Net.Client has retries of its own.
/// </para>
/// </summary>
/// <param name="zone">The zone to prefer, compared exactly; null: zones do not count.</param>
public sealed class EtcdLoadBalancerFactory(string? zone = null) : LoadBalancerFactory
{
    /// <summary>The name of the policy, for <c>new LoadBalancingConfig(…)</c>: <c>coordination_weighted</c>.</summary>
    public const string PolicyName = "coordination_weighted";

    /// <summary>The name of the policy.</summary>
    public override string Name => PolicyName;

    /// <inheritdoc/>
    public override LoadBalancer Create(LoadBalancerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new WeightedBalancer(options.Controller, options.LoggerFactory, zone);
    }
}
