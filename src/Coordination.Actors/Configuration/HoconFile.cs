namespace Coordination.Actors;

/// <summary>Reads HOCON from files; <c>include</c> is relative to the file that includes. This type is the built-in runtime's own.</summary>
public static class HoconFile
{
    /// <summary>How deep files may include each other.</summary>
    private const int MaxDepth = 32;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">The file is not HOCON; the message begins with the file, line and column.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Config Parse(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new Config(HoconReader.Read(File.ReadAllText(path), path, (include, at) => Included(include, at, path, 1)));
    }

    private static ObjectNode Included(HoconInclude include, HoconPosition at, string includer, int depth)
    {
        if (depth > MaxDepth) throw new HoconSyntaxException(at, $"files include each other more than {MaxDepth} deep");
        var path = Path.Combine(Path.GetDirectoryName(includer) ?? "", include.Name);
        if (!File.Exists(path) && !Path.HasExtension(path)) path += ".conf";
        if (File.Exists(path)) return HoconReader.Parse(File.ReadAllText(path), path, (next, nextAt) => Included(next, nextAt, path, depth + 1));
        if (include.IsRequired) throw new HoconSyntaxException(at, $"the included file {path} does not exist");
        return new ObjectNode(at);
    }
}
