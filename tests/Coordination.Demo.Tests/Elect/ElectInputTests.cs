namespace Coordination.Demo.Tests.Elect;

/// <summary>Bad input to the command <c>elect</c>.</summary>
public sealed class ElectInputTests
{
    [Theory]
    [InlineData(2, "there is no command after --", "elect", "e")]
    [InlineData(127, "'no-such-program' is not found", "elect", "e", "--", "no-such-program")]
    [InlineData(3, "http://127.0.0.1:1", "elect", "e", "--etcd", "http://127.0.0.1:1", "--", "true")]
    [InlineData(2, "run no command", "elect", "--observe", "e", "--", "true")]
    [InlineData(2, "must not end with '/'", "elect", "e/", "--", "true")]
    [InlineData(2, "--ttl: 1s is out of range", "elect", "e", "--ttl", "1s", "--", "true")]
    public async Task Bad_input_is_named(int expected, string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", arguments);

        Assert.Equal(expected, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }
}
