using System.Runtime.CompilerServices;

namespace Coordination.Demo.Tests.Support;

/// <summary>The pages of the repository.</summary>
internal static class DocsPages
{
    public static string Folder { get; } = Path.Combine(Root(), "docs");

    public static string Repository { get; } = Root();

    /// <summary>All pages that show command lines.</summary>
    public static IEnumerable<string> All() => [Path.Combine(Root(), "README.md"), .. Directory.EnumerateFiles(Folder, "*.md")];

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
