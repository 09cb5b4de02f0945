using System.Diagnostics;

namespace Coordination.Demo.Tests;

/// <summary>The completion scripts.</summary>
public sealed class CompletionTests
{
    private static readonly Uri Nowhere = new("http://127.0.0.1:1");

    [Theory]
    [InlineData("coordination kv g", "get")]
    [InlineData("coordination l", "lease lock")]
    [InlineData("coordination lease gr", "grant")]
    [InlineData("coordination kv get --sort-by V", "VALUE VERSION")]
    [InlineData("coordination --etcd http://127.0.0.1:1 comp", "compact compaction completion")]
    public async Task Bash_completes(string line, string expected)
    {
        var (_, script, _) = await ToolRun.RunAsync(Nowhere, "completion", "bash");
        var words = line.Split(' ');
        words[0] = DemoProcess.Tool;
        var test = $"{script}\nCOMP_LINE='{line}' COMP_POINT={line.Length} COMP_CWORD={words.Length - 1} COMP_WORDS=({string.Join(' ', words)})\n_coordination\necho \"${{COMPREPLY[*]}}\"\n";
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", test]) { RedirectStandardOutput = true })!;

        Assert.Equal(expected, (await bash.StandardOutput.ReadToEndAsync()).Trim().Replace('\n', ' '));
    }

    [Theory]
    [InlineData("zsh", "compdef _coordination coordination")]
    [InlineData("fish", "complete -c coordination")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName coordination")]
    public async Task The_others_are_there(string shell, string line)
    {
        var (exitCode, script, _) = await ToolRun.RunAsync(Nowhere, "completion", shell);

        Assert.Equal(0, exitCode);
        Assert.Contains(line, script, StringComparison.Ordinal);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_every_command_has_examples_and_exit_codes_and_calls_the_tool_by_its_name()
    {
        string[][] commands =
        [
            [], ["lock"], ["elect"], ["kv", "put"], ["kv", "get"], ["kv", "del"], ["kv", "txn"], ["lease", "grant"], ["lease", "revoke"], ["lease", "keep-alive"], ["lease", "ttl"],
            ["watch"], ["compact"], ["endpoint", "status"], ["endpoint", "health"], ["discover"], ["register"], ["greeter", "serve"], ["greeter", "call"],
        ];
        foreach (var command in commands)
        {
            var (exitCode, help, _) = await ToolRun.RunAsync(Nowhere, [.. command, "--help"]);

            Assert.Equal(0, exitCode);
            Assert.Contains("Example", help, StringComparison.Ordinal);
            Assert.Contains("Exit codes:", help, StringComparison.Ordinal);
            Assert.Contains("coordination", help, StringComparison.Ordinal);
            Assert.DoesNotContain("Coordination.Demo", help, StringComparison.Ordinal);
        }
    }
}
