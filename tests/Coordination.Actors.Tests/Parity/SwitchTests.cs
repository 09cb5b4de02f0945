using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Coordination.Actors.Tests.Parity;

/// <summary>The product can be switched to Akka.NET by one property: its sources name neither runtime, and use nothing of the built-in one's own.</summary>
public sealed class SwitchTests
{
    private const string TheOneException = "HostedActors.BuiltIn.cs";

    [Fact]
    public void No_source_of_the_product_names_a_runtime_in_a_using()
    {
        var offenders = Sources().Where(file => Regex.IsMatch(File.ReadAllText(file), @"(?m)^\s*(global )?using (static )?(Coordination\.Actors|Akka)\b"));

        Assert.Empty(offenders);
    }

    [Fact]
    public void No_source_of_the_library_uses_a_type_that_only_the_built_in_runtime_has()
    {
        var own = new Regex($@"\b({string.Join('|', ParityTests.OwnTypes)})\b");
        var offenders = Sources("Coordination").Where(file => Path.GetFileName(file) != TheOneException && own.IsMatch(File.ReadAllText(file)));

        Assert.Empty(offenders);
    }

    private static IEnumerable<string> Sources(params string[] projects) =>
        (projects.Length == 0 ? ["Coordination", "Coordination.Demo"] : projects).SelectMany(project =>
            Directory.EnumerateFiles(Path.Combine(SourceFolder(), project), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)));

    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "src"));
}
