using Coordination.Discovery.Balancing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace Coordination;

/// <summary>Balancing for clients of IHttpClientFactory.</summary>
public static class BalancingHttpClientExtensions
{
    /// <summary>
    /// Balances this client's requests over the <see cref="ServiceBalancer"/> that the services have (a singleton): <c>AddHttpClient("greeter", c => c.BaseAddress = new("http://greeter")).AddServiceBalancing()</c>.
    /// Handlers that are added later, such as retries, see the instance's address. Works for <c>AddGrpcClient</c>, too.
    /// </summary>
    public static IHttpClientBuilder AddServiceBalancing(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return HidePrimaryHandler(builder).AddHttpMessageHandler(services => new BalancingHandler(services.GetRequiredService<ServiceBalancer>()));
    }

    /// <summary>Balances this client's requests over a balancer.</summary>
    public static IHttpClientBuilder AddServiceBalancing(this IHttpClientBuilder builder, ServiceBalancer balancer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(balancer);
        return HidePrimaryHandler(builder).AddHttpMessageHandler(() => new BalancingHandler(balancer));
    }

    /// <summary>From gRPC's own balancer, see <see cref="SendingHandler"/>; after everything else that is said about it.</summary>
    private static IHttpClientBuilder HidePrimaryHandler(IHttpClientBuilder builder)
    {
        builder.Services.PostConfigure<HttpClientFactoryOptions>(
            builder.Name, options => options.HttpMessageHandlerBuilderActions.Add(handlers => handlers.PrimaryHandler = new SendingHandler(handlers.PrimaryHandler)));
        return builder;
    }
}
