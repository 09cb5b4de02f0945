using System.Text;

namespace Coordination.Actors;

/// <summary>Paths: names separated by dots; a name in quotes may hold dots.</summary>
internal static class HoconPath
{
    public static IReadOnlyList<string> Split(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!path.Contains('"', StringComparison.Ordinal)) return path.Split('.', StringSplitOptions.TrimEntries);
        var names = new List<string>();
        var name = new StringBuilder();
        var quoted = false;
        foreach (var c in path)
        {
            if (c == '"') quoted = !quoted;
            else if (c == '.' && !quoted) Next();
            else name.Append(c);
        }

        Next();
        return names;

        void Next()
        {
            names.Add(name.ToString());
            name.Clear();
        }
    }
}
