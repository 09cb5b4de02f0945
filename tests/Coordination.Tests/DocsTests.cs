using System.Text.RegularExpressions;

namespace Coordination.Tests;

/// <summary>
/// README and docs show code that is compiled: in the pages of this test each block names the file that it comes from (and a region in it, between <c>// &lt;name&gt;</c> and
/// <c>// &lt;/name&gt;</c>), and is the same. With COORDINATION_WRITE_DOCS=1 the pages are written instead.
/// </summary>
public sealed partial class DocsTests
{
    public static TheoryData<string> All => [.. Directory.EnumerateFiles(Path.Combine(Pages.Root, "docs"), "*.md").Append(Path.Combine(Pages.Root, "README.md")).Select(page => Path.GetRelativePath(Pages.Root, page)).Order()];

    [Theory]
    [MemberData(nameof(All))]
    public void Code_in_the_page_is_compiled_somewhere(string page)
    {
        var path = Path.Combine(Pages.Root, page);
        var text = File.ReadAllText(path);
        var written = Block().Replace(text, block => $"{block.Groups["head"]}{Source(block.Groups["file"].Value, block.Groups["region"].Value)}\n{block.Groups["end"]}");
        if (Pages.AreWritten)
        {
            File.WriteAllText(path, written);
        }

        Assert.Equal(written, text);

        // A page that takes code from files has no other; some pages are held by tests of their own.
        var shown = Block().Matches(text).Count(block => block.Groups["language"].Value == "csharp");
        Assert.True(shown == 0 || shown == CSharp().Count(text), $"{page} has code that comes from no file.");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Links_in_the_page_lead_to_files_that_exist(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Pages.Root, page))!;

        Assert.All(Link().Matches(File.ReadAllText(Path.Combine(Pages.Root, page))), link =>
            Assert.True(Path.Exists(Path.Combine(folder, link.Groups[1].Value)), $"{page} links to {link.Groups[1].Value}"));
    }

    [Fact]
    public void The_readme_is_short() => Assert.InRange(File.ReadAllLines(Path.Combine(Pages.Root, "README.md")).Length, 1, 80);

    [Fact]
    public void The_architecture_is_read_in_twenty_minutes() => Assert.InRange(Pages.Read("ARCHITECTURE.md").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, 4_000);

    [Fact]
    public void The_map_of_the_house_has_every_folder()
    {
        var map = Project().Matches(Pages.Read("ARCHITECTURE.md")).ToDictionary(project => project.Groups["name"].Value, project => project.Groups["folders"].Value);
        var folders = Directory.EnumerateDirectories(Path.Combine(Pages.Root, "src"))
            .SelectMany(project => Directory.EnumerateDirectories(project), (project, folder) => (Project: Path.GetFileName(project), Folder: Path.GetFileName(folder)))
            .Where(at => at.Folder is not ("bin" or "obj"));

        Assert.All(folders, at => Assert.Contains($"`{at.Folder}`", map.GetValueOrDefault(at.Project, ""), StringComparison.Ordinal));
    }

    [Fact]
    public void All_test_projects_are_run()
    {
        var script = Pages.Read("test.sh");

        Assert.All(Directory.EnumerateDirectories(Path.Combine(Pages.Root, "tests"), "*Tests").Select(Path.GetFileName), project =>
            Assert.Matches($@"(?m)^    run {Regex.Escape(project!["Coordination.".Length..])}( |$)", script));
    }

    private static string Source(string file, string region)
    {
        var lines = File.ReadAllLines(Path.Combine(Pages.Root, file)).AsEnumerable();
        if (region.Length > 0)
        {
            lines = lines.SkipWhile(line => line.Trim() != $"// <{region}>").Skip(1).TakeWhile(line => line.Trim() != $"// </{region}>");
        }

        var all = lines.ToList();
        var indent = all.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', all.Select(line => line.Length > indent ? line[indent..] : line.TrimStart())).TrimEnd();
    }

    [GeneratedRegex(@"\*\*(?<name>Coordination[\w.]*)\*\*:(?<folders>.*?)(?=\*\*|\n\n)", RegexOptions.Singleline)]
    private static partial Regex Project();

    [GeneratedRegex(@"(?<head><!-- sample: (?<file>[^ #]+)(?:#(?<region>[a-z]+))? -->\n```(?<language>[a-z]+)\n).*?(?<end>```\n)", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("(?m)^ *```csharp$")]
    private static partial Regex CSharp();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)[^)]*\)")]
    private static partial Regex Link();
}
