namespace Coordination.Actors;

/// <summary>Reads HOCON.</summary>
public class ConfigurationFactory
{
    /// <summary>A configuration without settings.</summary>
    public static Config Empty => Config.Empty;

    /// <summary>Reads HOCON. An <c>include</c> is an error.</summary>
    /// <exception cref="ConfigurationException">The text is not HOCON; the message begins with line and column.</exception>
    public static Config ParseString(string hocon) => new(HoconReader.Read(hocon, null, null));

    /// <summary>Reads HOCON. The callback reads what is included.</summary>
    /// <exception cref="ConfigurationException">The text is not HOCON; the message begins with line and column.</exception>
    public static Config ParseString(string hocon, Func<string, HoconRoot> includeCallback)
    {
        ArgumentNullException.ThrowIfNull(includeCallback);
        return new Config(HoconReader.Read(hocon, null, (include, at) => new ValueNode(at, includeCallback(include.Name).Value)));
    }
}
