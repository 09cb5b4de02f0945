using Microsoft.Extensions.DependencyInjection;

namespace Coordination;

/// <summary>Balancing for clients of IHttpClientFactory.</summary>
public static class BalancingHttpClientExtensions
{
    /// <summary>
    /// Balances this client's requests over the <see cref="ServiceBalancer"/> that the services have (a singleton): <c>AddHttpClient("greeter", c => c.BaseAddress = new("http://greeter")).AddServiceBalancing()</c>.
    /// Handlers that are added later, such as retries, see the instance's address.
    /// </summary>
    public static IHttpClientBuilder AddServiceBalancing(this IHttpClientBuilder builder) =>
        builder.AddHttpMessageHandler(services => new BalancingHandler(services.GetRequiredService<ServiceBalancer>()));

    /// <summary>Balances this client's requests over a balancer.</summary>
    public static IHttpClientBuilder AddServiceBalancing(this IHttpClientBuilder builder, ServiceBalancer balancer)
    {
        ArgumentNullException.ThrowIfNull(balancer);
        return builder.AddHttpMessageHandler(() => new BalancingHandler(balancer));
    }
}
