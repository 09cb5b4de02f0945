namespace Coordination.Demo.Tests.Locking;

/// <summary>Bad input to the command <c>lock</c>.</summary>
public sealed class LockInputTests
{
    [Theory]
    [InlineData(127, "'no-such-program' is not found", "lock", "k", "--", "no-such-program")]
    [InlineData(3, "http://127.0.0.1:1", "--etcd", "http://127.0.0.1:1", "lock", "k", "--try", "--", "true")]
    [InlineData(2, "--report: '/no/such/folder/x' cannot be written", "lock", "k", "--report", "/no/such/folder/x", "--", "true")]
    public async Task Bad_input_is_named(int expected, string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", arguments);

        Assert.Equal(expected, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }
}
