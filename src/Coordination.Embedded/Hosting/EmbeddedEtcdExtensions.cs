using Coordination.Embedded;
using Coordination.Embedded.Hosting;
using Coordination.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination;

/// <summary>An etcd inside the process, for services in development.</summary>
public static class EmbeddedEtcdExtensions
{
    private const string Setting = "Embedded";

    /// <summary>
    /// Lets the configuration say <c>"Coordination": { "Embedded": true }</c>: then the system uses an etcd inside this process, which starts and ends with the host,
    /// instead of its endpoints. <b>For development and tests</b>: it is in memory, and no other process sees its locks. Without the setting
    /// this does nothing, so the same program uses a real etcd when that one line of its configuration names one: <c>"Etcd": { "Endpoints": [ … ] }</c>.
    /// </summary>
    /// <param name="builder">The system.</param>
    /// <param name="options">The options of the server; null: the defaults, on a port that the system chooses.</param>
    public static CoordinationBuilder AllowEmbeddedEtcd(this CoordinationBuilder builder, EmbeddedEtcdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var registration = builder.Registration;
        var key = new object();
        registration.ForeignSettings.Add(Setting);
        builder.Services.AddKeyedSingleton(key, (services, _) => new HostedEmbeddedEtcd((options ?? new EmbeddedEtcdOptions()) with
        {
            LoggerFactory = options?.LoggerFactory ?? services.GetService<ILoggerFactory>(),
        }));
        builder.Configure((services, options) =>
        {
            if (IsOn(services, registration))
            {
                options.Etcd.Endpoints = [services.GetRequiredKeyedService<HostedEmbeddedEtcd>(key).Endpoint];
            }
        });
        registration.BeforeStart.Add((services, cancellationToken) => IsOn(services, registration)
            ? services.GetRequiredKeyedService<HostedEmbeddedEtcd>(key).StartAsync(cancellationToken)
            : Task.CompletedTask);
        return builder;
    }

    private static bool IsOn(IServiceProvider services, CoordinationRegistration registration) =>
        services.GetService<IConfiguration>()?.GetSection(registration.Section)[Setting] is { Length: > 0 } text && (bool.TryParse(text, out var isOn)
            ? isOn
            : throw new ArgumentException($"{registration.Section}:{Setting} is '{text}': allowed are true and false."));
}
