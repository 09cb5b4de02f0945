using System.Text.RegularExpressions;

namespace Coordination.Demo.Tests.Differences;

/// <summary>The table "What differs" of docs/etcd-recipes.md.</summary>
internal static partial class DifferencesPage
{
    /// <summary>The rows: the commands, what etcdctl does, what the tool does.</summary>
    public static IReadOnlyList<(IReadOnlyList<string> Commands, string Theirs, string Ours)> Rows { get; } =
    [
        .. File.ReadAllLines(Path.Combine(DocsPages.Folder, "etcd-recipes.md"))
            .SkipWhile(line => line != "## What differs").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => Bar().Split(line.Trim()[1..^1]) is [var commands, var theirs, var ours]
                ? ((IReadOnlyList<string>)[.. Quoted().Matches(commands).Select(match => match.Groups[1].Value.Replace("\\|", "|", StringComparison.Ordinal))], theirs.Trim(), ours.Trim())
                : throw new InvalidDataException($"Not three cells: {line}")),
    ];

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
