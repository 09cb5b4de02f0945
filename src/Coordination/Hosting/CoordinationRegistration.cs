using Coordination.Etcd;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Hosting;

/// <summary>What was said about one system while the container was made: where its options come from, and what it lives in.</summary>
/// <param name="name">The key of the system in the container; null: the one without a key.</param>
internal sealed class CoordinationRegistration(string? name)
{
    public string? Name => name;

    /// <summary>The section of the container's IConfiguration.</summary>
    public string Section { get; set; } =
        name is null ? ConfigurationOptions.SectionName : $"{ConfigurationOptions.SectionName}:{ConfigurationOptions.NamedSystems}:{name}";

    /// <summary>HOCON files, in the order in which they are read.</summary>
    public List<string> HoconFiles { get; } = [];

    /// <summary>Code, in the order in which it was given.</summary>
    public List<Action<IServiceProvider, CoordinationOptions>> Code { get; } = [];

    /// <summary>What has to run before the system can be used, started with the host.</summary>
    public List<Func<IServiceProvider, CancellationToken, Task>> BeforeStart { get; } = [];

    /// <summary>Names directly under the section that are not options.</summary>
    public List<string> ForeignSettings { get; } = name is null ? [ConfigurationOptions.NamedSystems, ConfigurationOptions.HoconSetting] : [ConfigurationOptions.HoconSetting];

    /// <summary>The actor system of the host to live in; null: one of its own.</summary>
    public Func<IServiceProvider, ActorSystem?> Actors { get; set; } = static services => services.GetService<ActorSystem>();

    public Func<IServiceProvider, IEtcdClient?> Etcd { get; set; } = static _ => null;

    /// <summary>The registration without a name; one that says nothing where there is none.</summary>
    public static CoordinationRegistration OfContainer(IServiceProvider services) =>
        services.GetService<IEnumerable<CoordinationRegistration>>()?.FirstOrDefault(registration => registration.Name is null) ?? new CoordinationRegistration(null);

    /// <summary>Starts the system for the container: the one without a name is that of the actor system it lives in.</summary>
    /// <exception cref="ArgumentException">Options are wrong; all problems of all sources are named.</exception>
    public CoordinationSystem Start(IServiceProvider services)
    {
        var host = Actors(services);
        return host is not null && name is null ? CoordinationExtension.For(host, services, this).System : Start(services, host);
    }

    /// <summary>Starts the system.</summary>
    /// <exception cref="ArgumentException">Options are wrong; all problems of all sources are named.</exception>
    public CoordinationSystem Start(IServiceProvider services, ActorSystem? host) => CoordinationSystem.Start(Read(services, host), Etcd(services), host);

    /// <summary>Starts another system with the same options but for what is changed, on the same etcd. Who starts it ends it.</summary>
    /// <exception cref="ArgumentException">Options are wrong; all problems of all sources are named.</exception>
    public CoordinationSystem StartBeside(IServiceProvider services, ActorSystem host, Func<CoordinationOptions, CoordinationOptions> change) =>
        CoordinationSystem.StartIn(host, change(Read(services, host)), Etcd(services), endsWithHost: false);

    private CoordinationOptions Read(IServiceProvider services, ActorSystem? host)
    {
        var defaults = new CoordinationOptions();
        var reading = new OptionReading(defaults with
        {
            Name = name ?? defaults.Name,
            LoggerFactory = services.GetService<ILoggerFactory>() ?? (host is null ? defaults.LoggerFactory : new ActorSystemLogs(host)),
        });
        if (name is null && host is not null)
        {
            HoconOptions.Read(host.Settings.Config, reading, $"HOCON of the actor system '{host.Name}'");
        }

        ReadSources(services.GetService<IConfiguration>(), reading);
        foreach (var code in Code)
        {
            code(services, reading.Options);
        }

        var against = OptionsInForce.Configure(services, name, reading.Options);

        if (name is null && host?.Settings.Setup.Get<CoordinationSetup>() is { HasValue: true } setup)
        {
            setup.Value.Apply(reading.Options);
        }

        OptionProblems.ThrowIfAny(
            name is null ? "The coordination options" : $"The options of the coordination system '{name}'", [.. reading.Problems, .. reading.Options.Validate(), .. against], "options");
        return reading.Options;
    }

    /// <summary>What comes later wins: HOCON, then IConfiguration, and without one the environment.</summary>
    private void ReadSources(IConfiguration? configuration, OptionReading reading)
    {
        var section = configuration?.GetSection(Section);
        foreach (var file in (string[])[.. HoconFiles, .. section?[ConfigurationOptions.HoconSetting] is { Length: > 0 } named ? [named] : (string[])[]])
        {
            HoconOptions.Read(file, reading);
        }

        if (section is null)
        {
            ConfigurationOptions.ReadEnvironment(reading, Section.Replace(":", "__", StringComparison.Ordinal) + "__", ForeignSettings);
        }
        else
        {
            ConfigurationOptions.Read(section, reading, ForeignSettings);
        }
    }
}
