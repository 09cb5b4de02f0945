using Coordination.Etcd;
using Coordination.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Coordination;

/// <summary>Adds coordination systems to a container.</summary>
public static class CoordinationServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="CoordinationSystem"/>, to be injected as that or as <see cref="ILocks"/>, <see cref="IElections"/>, <see cref="IServiceRegistry"/>,
    /// <see cref="IWatches"/> or <see cref="IEtcdClient"/>. It starts and stops with the host (<see cref="CoordinationBuilder"/> says where its options come from);
    /// in a container without a host it starts when it is first asked for, and stops when the container is disposed asynchronously.
    /// <para>
    /// When the host stops: registrations drain (<see cref="ServiceOptions.DrainTime"/>) and leave; then the host stops its services, so leader-only
    /// services resign and jobs release their locks; then what is left is resigned and released, the lease revoked, the connections closed. Each part is bounded by
    /// <see cref="CoordinationOptions.StopTimeout"/>.
    /// </para>
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets options in code, over what was read: <c>options => options.SessionTtl = TimeSpan.FromSeconds(15)</c>.</param>
    /// <returns>A builder to configure it. Called again, it configures the same system.</returns>
    public static CoordinationBuilder AddCoordination(this IServiceCollection services, Action<CoordinationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, null, configure);
    }

    /// <summary>
    /// Adds a named system beside others, to be injected with <c>[FromKeyedServices(name)]</c>. Its options are in the section <c>Coordination:Systems:name</c>.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="name">The key in the container, and the system's <see cref="CoordinationOptions.Name"/> unless options say otherwise.</param>
    /// <param name="configure">Sets options in code, over what was read: <c>options => options.SessionTtl = TimeSpan.FromSeconds(15)</c>.</param>
    public static CoordinationBuilder AddCoordination(
        this IServiceCollection services, string name, Action<CoordinationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(services, name, configure);
    }

    /// <summary>The system of that name, or the one without a name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal static CoordinationSystem GetCoordination(this IServiceProvider services, string? name) =>
        name is null ? services.GetRequiredService<CoordinationSystem>() : services.GetRequiredKeyedService<CoordinationSystem>(name);

    private static CoordinationBuilder Add(IServiceCollection services, string? name, Action<CoordinationOptions>? configure)
    {
        var registration = services.Select(service => service.IsKeyedService ? null : service.ImplementationInstance)
            .OfType<CoordinationRegistration>().FirstOrDefault(known => known.Name == name);
        if (registration is null)
        {
            registration = new CoordinationRegistration(name);
            services.AddSingleton(registration);
            AddSystem(services, registration);
        }

        var builder = new CoordinationBuilder(services, registration);
        return configure is null ? builder : builder.Configure(configure);
    }

    private static void AddSystem(IServiceCollection services, CoordinationRegistration registration)
    {
        services.AddOptions();
        services.TryAddSingleton<IOptionsFactory<CoordinationOptions>>(provider => new OptionsInForce(provider));
        Face(provider => registration.Start(provider));
        Face<ILocks>(System);
        Face<IElections>(System);
        Face<IServiceRegistry>(System);
        Face<IWatches>(System);
        Face(provider => System(provider).BorrowEtcd());
        services.AddSingleton<IHostedService>(provider => new CoordinationHost(System(provider), registration, provider));

        CoordinationSystem System(IServiceProvider provider) => provider.GetCoordination(registration.Name);

        void Face<T>(Func<IServiceProvider, T> find)
            where T : class
        {
            if (registration.Name is { } name)
            {
                services.AddKeyedSingleton(name, (provider, _) => find(provider));
            }
            else
            {
                services.AddSingleton(find);
            }
        }
    }
}
