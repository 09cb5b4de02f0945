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
    public List<Func<IServiceProvider, CoordinationOptions, CoordinationOptions>> Code { get; } = [];

    /// <summary>What has to run before the system can be used, started with the host.</summary>
    public List<Func<IServiceProvider, CancellationToken, Task>> BeforeStart { get; } = [];

    /// <summary>Names directly under the section that are not options.</summary>
    public List<string> ForeignSettings { get; } = name is null ? [ConfigurationOptions.NamedSystems, ConfigurationOptions.HoconSetting] : [ConfigurationOptions.HoconSetting];

    public Func<IServiceProvider, ActorSystem?> Actors { get; set; } = static _ => null;

    public Func<IServiceProvider, IEtcdClient?> Etcd { get; set; } = static _ => null;

    /// <exception cref="ArgumentException">Options are wrong; all problems of all sources are named.</exception>
    public CoordinationSystem Start(IServiceProvider services)
    {
        var reading = new OptionReading(new CoordinationOptions { LoggerFactory = services.GetService<ILoggerFactory>() ?? new CoordinationOptions().LoggerFactory });
        if (name is not null)
        {
            reading.Options = reading.Options with { Name = name };
        }

        ReadSources(services.GetService<IConfiguration>(), reading);
        foreach (var code in Code)
        {
            reading.Options = code(services, reading.Options) ?? throw new InvalidOperationException("A function that configures Coordination returned null; it must return options.");
        }

        OptionProblems.ThrowIfAny(
            name is null ? "The coordination options" : $"The options of the coordination system '{name}'", [.. reading.Problems, .. reading.Options.Validate()], "options");
        return CoordinationSystem.Start(reading.Options, Etcd(services), Actors(services));
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
