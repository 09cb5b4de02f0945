using System.Text.RegularExpressions;

namespace Coordination.Demo.Tests.Recipes;

/// <summary>docs/etcd-recipes.md, read.</summary>
internal static partial class RecipePage
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(DocsPages.Folder, "etcd-recipes.md"));

    /// <summary>The rows with commands of both sides, in order.</summary>
    public static IReadOnlyList<Recipe> Rows { get; } = [.. Lines.Select(Cells).Where(cells => cells.Length == 4 && cells[1].Contains('`')).Select(Recipe.Parse)];

    /// <summary>All C# of the page: of the last column, and of the blocks.</summary>
    public static IEnumerable<string> Code => [.. Rows.Select(row => row.Code).Where(code => code.Length > 0), .. Blocks()];

    /// <summary>The rows of the table of programs.</summary>
    public static IEnumerable<(string What, string Command)> ProgramRows =>
        Lines.Select(Cells).Where(cells => cells.Length == 2 && cells[1].Contains('`')).Select(cells => (cells[0], Recipe.Commands(cells[1])[0]));

    /// <summary>The commands of the table of programs.</summary>
    public static IEnumerable<string> Programs => Lines.Select(Cells).Where(cells => cells.Length == 2 && cells[1].Contains('`')).SelectMany(cells => Recipe.Commands(cells[1]));

    private static string[] Cells(string line) =>
        line.StartsWith("| ", StringComparison.Ordinal) ? [.. Bar().Split(line.Trim()[1..^1]).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))] : [];

    private static IEnumerable<string> Blocks()
    {
        for (var at = 0; at < Lines.Length; at++)
        {
            if (Lines[at] == "```csharp")
            {
                var end = Array.IndexOf(Lines, "```", at);
                yield return string.Join('\n', Lines[(at + 1)..end]);
                at = end;
            }
        }
    }

    // A bar that ends a cell; within code it has a backslash before it.
    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}

/// <summary>A row of the table.</summary>
/// <param name="What">What it is about.</param>
/// <param name="Theirs">The commands of etcdctl.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Code">The C#, or nothing.</param>
/// <param name="Then">What is done elsewhere while the command runs.</param>
internal sealed partial record Recipe(string What, IReadOnlyList<string> Theirs, IReadOnlyList<string> Ours, string Code, IReadOnlyList<string> Then)
{
    public static Recipe Parse(string[] cells) =>
        new(cells[0], Commands(cells[1]), Commands(cells[2]), Commands(cells[3]).SingleOrDefault() ?? "", cells[0].Contains(", then ", StringComparison.Ordinal) ? Commands(cells[0]) : []);

    /// <summary>What is in backticks.</summary>
    public static IReadOnlyList<string> Commands(string cell) => [.. Quoted().Matches(cell).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
