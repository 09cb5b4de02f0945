using Akka.Configuration;

namespace Coordination.Hosting;

/// <summary>
/// Reads <see cref="CoordinationOptions"/> from HOCON: the block <c>coordination</c> of a configuration, as in hocon/coordination.conf. Settings that are not given
/// keep their defaults. A setting that does not exist is an error, so a misspelled one is not ignored.
/// </summary>
public static class HoconOptions
{
    private const string Root = "coordination";

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">The file has a syntax error, unknown settings or values that cannot be read; the message names all of them.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CoordinationOptions Load(string path)
    {
        try
        {
            return Read(Parse(path));
        }
        catch (Exception error) when (error is ConfigurationException or FormatException or ArgumentException)
        {
            throw new ArgumentException($"The configuration '{path}' cannot be used: {error.Message}", nameof(path), error);
        }
    }

    /// <summary>Reads the block <c>coordination</c> of a configuration.</summary>
    /// <param name="config">The whole configuration.</param>
    /// <param name="defaults">Used where nothing is given; null: the defaults of <see cref="CoordinationOptions"/>.</param>
    /// <exception cref="ArgumentException">There are unknown settings or values that cannot be read; the message names all of them.</exception>
    public static CoordinationOptions Read(Config config, CoordinationOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var reading = new OptionReading(defaults ?? new CoordinationOptions());
        Read(config, reading, "HOCON");
        return reading.OrThrow("The configuration", nameof(config));
    }

    /// <summary>Reads a file into what was read before; what is wrong with it is noted.</summary>
    internal static void Read(string path, OptionReading reading)
    {
        try
        {
            Read(Parse(path), reading, path);
        }
        catch (Exception error) when (error is ConfigurationException or FormatException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            reading.Refuse($"The configuration '{path}' cannot be used: {error.Message}");
        }
    }

    private static Config Parse(string path)
    {
        var config = HoconText.Parse(File.ReadAllText(path));
        return config.HasPath(Root)
            ? config
            : throw new FormatException($"it has no block '{Root}'; it has: {string.Join(", ", config.AsEnumerable().Select(field => field.Key))}");
    }

    /// <summary>Reads a configuration into what was read before; what is wrong with it is noted.</summary>
    internal static void Read(Config config, OptionReading reading, string origin)
    {
        foreach (var block in OptionSchema.HoconBlocks)
        {
            var path = block.Key.Length == 0 ? Root : $"{Root}.{block.Key}";
            if (config.HasPath(path) && !config.GetValue(path).IsObject())
            {
                reading.Refuse($"{path} is no block of settings ({origin}); allowed is {path} {{ … }} with: {string.Join(", ", block)}");
            }
            else if (config.HasPath(path))
            {
                foreach (var name in config.GetConfig(path).AsEnumerable().Select(field => field.Key).Except(block))
                {
                    reading.Refuse($"{path}.{name}", block);
                }
            }
        }

        foreach (var setting in OptionSchema.Settings)
        {
            var path = $"{Root}.{setting.HoconPath}";
            if (config.HasPath(path))
            {
                var value = config.GetValue(path)!;
                if (value.IsEmpty || value.IsObject())
                {
                    reading.Refuse($"{path} is {(value.IsEmpty ? "without a value" : "a block of settings")} ({origin}); allowed is {path} = …");
                }
                else if ((value.IsArray() ? string.Join(",", value.GetStringList()) : value.GetString()) is { } text)
                {
                    reading.Take(setting, text, $"{origin}: {path}");
                }
            }
        }
    }
}
