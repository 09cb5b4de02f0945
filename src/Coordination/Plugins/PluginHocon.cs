using System.Globalization;
using System.Text;
using Akka.Configuration;

namespace Coordination.Plugins;

/// <summary>Writes the options of the plug-ins as HOCON.</summary>
internal static class PluginHocon
{
    /// <exception cref="ArgumentException">The name cannot be a part of a path.</exception>
    public static void CheckName(string? name, string parameter)
    {
        if (name is not { Length: > 0 and <= 64 } || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new ArgumentException($"The {parameter} is '{name}': allowed are 1 to 64 letters, digits, '-' and '_'.", parameter);
        }
    }

    public static void Write(StringBuilder text, string setting, TimeSpan? value)
    {
        if (value is { } time)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {setting} = {time.TotalMilliseconds:0.###}ms\n");
        }
    }

    public static void Write(StringBuilder text, string setting, string? value)
    {
        if (value is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {setting} = \"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n");
        }
    }

    /// <summary>The defaults of a plug-in, at another path.</summary>
    public static Config DefaultsAt(string from, string to)
    {
        var defaults = PluginDefaults.Config.GetConfig(from);
        var text = new StringBuilder();
        foreach (var (setting, _) in defaults.AsEnumerable())
        {
            Write(text, setting, defaults.GetString(setting));
        }

        return ConfigurationFactory.ParseString($"{to} {{\n{text}}}\n");
    }
}
