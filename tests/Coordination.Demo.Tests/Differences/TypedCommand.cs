using System.Text.RegularExpressions;
using Coordination.Demo.Kv.Txn;

namespace Coordination.Demo.Tests.Differences;

/// <summary>A command as people type it to etcdctl.</summary>
/// <param name="Text">The line, without what is piped in.</param>
/// <param name="Words">Its words.</param>
/// <param name="Input">What is piped in.</param>
internal sealed record TypedCommand(string Text, string[] Words, string Input)
{
    /// <summary>All of the list, in order.</summary>
    public static IReadOnlyList<TypedCommand> All { get; } =
    [
        .. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Differences", "commands.txt")).Where(line => line.Length > 0 && line[0] != '#').Select(Parse),
    ];

    private static TypedCommand Parse(string line)
    {
        var parts = line.Split("<<", 2);
        var text = parts[0].Trim();
        return new TypedCommand(line.Trim(), TxnWords.Split(text.Replace(" < /dev/null", "", StringComparison.Ordinal)).ToArray(), parts.Length == 2 ? Regex.Unescape(parts[1]) : "");
    }
}
