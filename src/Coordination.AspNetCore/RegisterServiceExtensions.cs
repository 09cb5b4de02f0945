using Coordination.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination;

/// <summary>Registers the service that this process is.</summary>
public static class RegisterServiceExtensions
{
    /// <summary>
    /// Registers this process under the address that its server really listens on, as soon as it does, also when the system chose the port. When the host stops, the
    /// registration drains and is deregistered before the server stops (<see cref="CoordinationBuilder"/>). Its state is part of the health check and of
    /// <see cref="CoordinationSystem.Health"/>. Starting does not wait for etcd: it registers when it can.
    /// <para>
    /// Of several addresses it takes the first with https, otherwise the first. An address that stands for all addresses of the machine (<c>http://+:80</c>,
    /// <c>http://0.0.0.0:80</c>)
    /// becomes the address with which this machine reaches etcd. A server without an address (a Unix socket, a test server) is not registered, and the log says so.
    /// </para>
    /// </summary>
    /// <param name="builder">The system to register with.</param>
    /// <param name="service">The name of the service: 1 to 200 printable ASCII characters without '/', blank, '{' and '}'.</param>
    /// <param name="describe">
    /// Gets the instance with service, host, port and scheme, and returns the instance to register, for example
    /// <c>instance => instance with { Zone = "eu-1", Weight = 50 }</c>; behind a proxy also another host and port. Runs once, when the server listens.
    /// </param>
    /// <param name="options">Layout and lease; null: the defaults.</param>
    /// <returns>The same builder. Called again with another name, the process is registered under both.</returns>
    /// <exception cref="ArgumentException">The name is empty. Anything else that is wrong with it stops the host at its start.</exception>
    public static CoordinationBuilder RegisterService(
        this CoordinationBuilder builder, string service, Func<ServiceInstance, ServiceInstance>? describe = null, RegistrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(service);
        builder.Services.AddSingleton<IHostedService>(services => ActivatorUtilities.CreateInstance<SelfRegistration>(
            services,
            builder.Name is null ? services.GetRequiredService<CoordinationSystem>() : services.GetRequiredKeyedService<CoordinationSystem>(builder.Name),
            new SelfDescription(service, describe ?? (static instance => instance), options)));
        return builder;
    }
}
