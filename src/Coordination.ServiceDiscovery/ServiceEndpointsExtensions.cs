using Coordination.ServiceDiscovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace Coordination;

/// <summary>Lets Microsoft.Extensions.ServiceDiscovery find what is registered in etcd.</summary>
public static class ServiceEndpointsExtensions
{
    /// <summary>
    /// Names that <c>AddServiceDiscovery()</c> resolves (<c>http://greeter</c>, <c>https+http://greeter</c>) are looked up among the services of this system: all instances
    /// that serve and have a weight, of the schemes that the request allows. Changes arrive at once from the live view, and nothing is polled. While etcd is away the
    /// last view is used. A name that nobody has registered is left to the providers after this one. That library also chooses among the instances: it ignores weights
    /// and zones (<c>AddServiceBalancing</c> uses them).
    /// </summary>
    /// <param name="builder">The system.</param>
    /// <param name="options">Layout, scope and limits of the discoveries; null: the defaults.</param>
    /// <returns>The same builder.</returns>
    public static CoordinationBuilder AddServiceEndpoints(this CoordinationBuilder builder, DiscoveryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IServiceEndpointProviderFactory>(services => new EtcdServiceEndpointProviderFactory(
            builder.Name is null ? services.GetRequiredService<IServiceRegistry>() : services.GetRequiredKeyedService<IServiceRegistry>(builder.Name), options));
        return builder;
    }
}
