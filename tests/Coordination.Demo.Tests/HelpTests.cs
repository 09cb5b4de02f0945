namespace Coordination.Demo.Tests;

/// <summary>The help is read by people.</summary>
public sealed class HelpTests
{
    [Fact]
    public async Task Each_command_is_listed_with_a_whole_sentence()
    {
        var (exitCode, output, _) = await ToolRun.RunAsync(new Uri("http://127.0.0.1:1"), "--help");

        var listed = output[output.IndexOf("Commands:\n", StringComparison.Ordinal)..].Split('\n').Skip(1).Where(line => line.Length > 0).ToList();
        Assert.Equal(0, exitCode);
        Assert.Contains(listed, line => line.Contains("watch <key>", StringComparison.Ordinal));
        Assert.All(listed, line => Assert.EndsWith(".", line.TrimEnd(), StringComparison.Ordinal));
        Assert.All(listed, line => Assert.InRange(line.Length, 1, 200));
    }
}
