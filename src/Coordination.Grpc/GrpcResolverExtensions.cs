using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination;

/// <summary>Lets channels of Grpc.Net.Client find what is registered in etcd.</summary>
public static class GrpcResolverExtensions
{
    /// <summary>
    /// Adds what channels with this container as their <c>ServiceProvider</c> (those of <c>AddGrpcClient</c> among them) need: the schemes <c>etcd:///greeter</c> and
    /// <c>ns://author/greeter</c> (keys <c>/ns/{service}/{address}</c>, as resolvers in Go write them), and the policy <see cref="EtcdLoadBalancerFactory.PolicyName"/>.
    /// </summary>
    /// <param name="builder">The system.</param>
    /// <param name="zone">The zone that the policy prefers, usually this process's own; null: zones do not count.</param>
    /// <param name="discovery">Layout, scope and limits of the discoveries of <c>etcd:///</c>; null: the defaults.</param>
    /// <returns>The same builder.</returns>
    public static CoordinationBuilder AddGrpcResolver(this CoordinationBuilder builder, string? zone = null, DiscoveryOptions? discovery = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(registry => new EtcdResolverFactory(registry, EtcdResolverFactory.DefaultScheme, discovery));
        Add(registry => new EtcdResolverFactory(registry, "ns", new DiscoveryOptions { Layout = ServiceLayout.Plain("/ns/{service}/{address}") }));
        builder.Services.AddSingleton<LoadBalancerFactory>(new EtcdLoadBalancerFactory(zone));
        return builder;

        void Add(Func<IServiceRegistry, ResolverFactory> make) => builder.Services.AddSingleton(services =>
            make(builder.Name is null ? services.GetRequiredService<IServiceRegistry>() : services.GetRequiredKeyedService<IServiceRegistry>(builder.Name)));
    }
}
