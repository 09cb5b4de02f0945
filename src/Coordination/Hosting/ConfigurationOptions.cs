using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Coordination.Hosting;

/// <summary>
/// Reads <see cref="CoordinationOptions"/> from a section of an <see cref="IConfiguration"/> (appsettings.json, environment, command line), by the names of the
/// properties: <c>"Coordination": { "SessionTtl": "10s", "Etcd": { "Endpoints": [ "http://127.0.0.1:2379" ] } }</c>. Times are <c>5s</c>, <c>200ms</c> or
/// <c>00:00:05</c>. A setting that does not exist is an error.
/// </summary>
public static class ConfigurationOptions
{
    /// <summary>The section that is read by default.</summary>
    public const string SectionName = "Coordination";

    /// <summary>Under the default section: the sections of named systems.</summary>
    internal const string NamedSystems = "Systems";

    /// <summary>Under a section: a HOCON file that is read before the rest of it.</summary>
    internal const string HoconSetting = "Hocon";

    /// <summary>Reads a section.</summary>
    /// <param name="section">The section, usually <c>configuration.GetSection("Coordination")</c>.</param>
    /// <param name="defaults">Used where nothing is given; null: the defaults of <see cref="CoordinationOptions"/>.</param>
    /// <exception cref="ArgumentException">There are unknown settings or values that cannot be read; the message names all of them.</exception>
    public static CoordinationOptions Read(IConfiguration section, CoordinationOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        var reading = new OptionReading(defaults ?? new CoordinationOptions());
        Read(section, reading, []);
        return reading.OrThrow("The configuration", nameof(section));
    }

    /// <summary>
    /// Reads the environment of the process, for programs without a host: <c>Coordination__SessionTtl=10s</c>,
    /// <c>Coordination__Etcd__Endpoints=http://a:2379,http://b:2379</c>.
    /// </summary>
    /// <param name="defaults">Used where nothing is given; null: the defaults of <see cref="CoordinationOptions"/>.</param>
    /// <exception cref="ArgumentException">There are unknown settings or values that cannot be read; the message names all of them.</exception>
    public static CoordinationOptions ReadEnvironment(CoordinationOptions? defaults = null)
    {
        var reading = new OptionReading(defaults ?? new CoordinationOptions());
        ReadEnvironment(reading, $"{SectionName}__", []);
        return reading.OrThrow("The environment", nameof(defaults));
    }

    /// <summary>Reads a section into what was read before.</summary>
    /// <param name="section">The section.</param>
    /// <param name="reading">What was read before.</param>
    /// <param name="foreign">Names directly under the section that are somebody else's.</param>
    internal static void Read(IConfiguration section, OptionReading reading, IReadOnlyCollection<string> foreign)
    {
        var at = (section as IConfigurationSection)?.Path is { Length: > 0 } path ? $"{path}:" : "";
        Read(Leaves(section, ""), reading, foreign, setting => $"{at}{setting}");
    }

    /// <summary>Reads the environment into what was read before.</summary>
    internal static void ReadEnvironment(OptionReading reading, string prefix, IReadOnlyCollection<string> foreign)
    {
        var leaves = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => ((string)variable.Key, (string?)variable.Value))
            .Where(variable => variable.Item1.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(variable => (variable.Item1[prefix.Length..].Replace("__", ":", StringComparison.Ordinal), variable.Item2 ?? ""))
            .OrderBy(leaf => leaf.Item1, StringComparer.OrdinalIgnoreCase);
        Read(leaves, reading, foreign, setting => prefix + setting.Replace(":", "__", StringComparison.Ordinal));
    }

    private static IEnumerable<(string Path, string Value)> Leaves(IConfiguration section, string at)
    {
        foreach (var child in section.GetChildren())
        {
            if (child.Value is { } value)
            {
                yield return (at + child.Key, value);
            }

            foreach (var leaf in Leaves(child, $"{at}{child.Key}:"))
            {
                yield return leaf;
            }
        }
    }

    private static void Read(IEnumerable<(string Path, string Value)> leaves, OptionReading reading, IReadOnlyCollection<string> foreign, Func<string, string> origin)
    {
        // A list is one text: its items come in their order.
        var texts = new Dictionary<OptionSetting, string>();
        foreach (var (path, value) in leaves.Where(leaf => !foreign.Contains(leaf.Path.Split(':')[0], StringComparer.OrdinalIgnoreCase)))
        {
            var setting = OptionSchema.Settings.FirstOrDefault(s => path.Equals(s.ConfigurationPath, StringComparison.OrdinalIgnoreCase) || IsItemOf(path, s));
            if (setting is null)
            {
                RefuseUnknown(path, reading, origin);
            }
            else if (value.Length > 0 || setting.Type == typeof(string))
            {
                texts[setting] = texts.TryGetValue(setting, out var before) ? $"{before},{value}" : value;
            }
        }

        // In the order of the options: a part that is not there yet begins with what it is made of.
        foreach (var setting in OptionSchema.Settings.Where(texts.ContainsKey))
        {
            reading.Take(setting, texts[setting], origin(setting.ConfigurationPath));
        }
    }

    private static bool IsItemOf(string path, OptionSetting setting) =>
        setting.Type.IsGenericType
        && path.StartsWith(setting.ConfigurationPath + ":", StringComparison.OrdinalIgnoreCase)
        && path[(setting.ConfigurationPath.Length + 1)..].All(char.IsAsciiDigit);

    private static void RefuseUnknown(string path, OptionReading reading, Func<string, string> origin)
    {
        var names = path.Split(':');
        var depth = Enumerable.Range(0, names.Length).First(i => !OptionSchema.ConfigurationSections[string.Join(':', names[..i])].Contains(names[i], StringComparer.OrdinalIgnoreCase) || i == names.Length - 1);
        reading.Refuse(origin(string.Join(':', names[..(depth + 1)])), OptionSchema.ConfigurationSections[string.Join(':', names[..depth])]);
    }
}
