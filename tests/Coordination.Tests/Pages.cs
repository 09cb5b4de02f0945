using System.Runtime.CompilerServices;

namespace Coordination.Tests;

/// <summary>
/// Parts of pages that are made from the code: between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>. With COORDINATION_WRITE_DOCS=1 the tests write them, else they
/// compare.
/// </summary>
internal static class Pages
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    public static bool AreWritten => Environment.GetEnvironmentVariable("COORDINATION_WRITE_DOCS") == "1";

    public static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    /// <summary>The part of the page is this text.</summary>
    public static void Check(string page, string part, string text)
    {
        var (begin, end) = ($"<!-- {part} -->\n", $"\n<!-- /{part} -->");
        var whole = Read(page);
        var (from, to) = (whole.IndexOf(begin, StringComparison.Ordinal) + begin.Length, whole.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= begin.Length && to >= from, $"{page} has no part '{part}'.");
        if (AreWritten)
        {
            File.WriteAllText(Path.Combine(Root, page), whole[..from] + text + whole[to..]);
        }

        Assert.Equal(text, whole[from..to]);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
