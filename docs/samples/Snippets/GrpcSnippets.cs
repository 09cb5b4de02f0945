using Coordination;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class GrpcSnippets
{
    public static GrpcChannel Channel(CoordinationSystem coordination)
    {
        // <channel>
        var factories = new ServiceCollection()
            .AddSingleton<ResolverFactory>(new EtcdResolverFactory(coordination))
            .AddSingleton<LoadBalancerFactory>(new EtcdLoadBalancerFactory(zone: "eu-1"))
            .BuildServiceProvider();
        var channel = GrpcChannel.ForAddress("etcd:///greeter", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new LoadBalancingConfig(EtcdLoadBalancerFactory.PolicyName) } },
            ServiceProvider = factories,
        });

        // </channel>
        return channel;
    }
}
