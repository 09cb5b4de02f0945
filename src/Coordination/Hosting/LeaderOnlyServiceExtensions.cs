using Coordination.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination;

/// <summary>Registers services that run on one machine at a time.</summary>
public static class LeaderOnlyServiceExtensions
{
    /// <summary>
    /// Adds a hosted service that starts when this process leads the election, and stops when it no longer does. The container must have a
    /// <see cref="CoordinationSystem"/> (<c>AddCoordination</c>).
    /// <para>
    /// Each term has its own instance in its own scope; a constructor parameter of type <see cref="ILeadership"/> gets the term. To hand over (a preferred candidate,
    /// a transfer, the host stops), the service is stopped first, then the leadership is resigned. When the leadership is
    /// lost, the service's token is cancelled at once. A service that fails gives the leadership back, and this process campaigns again after a while.
    /// </para>
    /// </summary>
    /// <typeparam name="T">The service; usually a <see cref="BackgroundService"/>. Do not register it in another way.</typeparam>
    /// <param name="services">The container.</param>
    /// <param name="election">The name of the election.</param>
    /// <param name="configure">Value, name, priority and TTL of the candidate.</param>
    public static IServiceCollection AddLeaderOnlyService<T>(this IServiceCollection services, string election, Action<LeaderOnlyOptions>? configure = null)
        where T : class, IHostedService
    {
        ArgumentNullException.ThrowIfNull(services);
        Elections.ElectionKeys.CheckName(election);
        var options = new LeaderOnlyOptions();
        configure?.Invoke(options);
        options.Campaign.Check(nameof(configure));
        services.AddSingleton<IHostedService>(provider => new LeaderOnlyHost<T>(
            provider.GetCoordination(options.System), provider.GetRequiredService<IServiceScopeFactory>(), election, options));
        return services;
    }
}
