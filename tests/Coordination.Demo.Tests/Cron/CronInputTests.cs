namespace Coordination.Demo.Tests.Cron;

/// <summary>Bad input to the demo.</summary>
public sealed class CronInputTests
{
    [Theory]
    [InlineData(2, "the endpoint 'ftp://127.0.0.1:2379' is not allowed", "--etcd", "ftp://127.0.0.1:2379")]
    [InlineData(2, "the endpoint 'http://127.0.0.1:99999' is not allowed", "--etcd", "127.0.0.1:99999")]
    [InlineData(2, "--duration: -5s is out of range; allowed is 1s to 24h", "--duration", "-5s")]
    [InlineData(2, "--duration: 'soon' is no duration", "--duration", "soon")]
    [InlineData(2, "--workers: '0' is out of range; allowed is 1 to 64", "--workers", "0")]
    [InlineData(2, "--ttl: 1s is out of range; allowed is 2s to 1h", "--ttl", "1s")]
    [InlineData(2, "--lock-prefix: the key has 0 bytes", "--lock-prefix", "")]
    [InlineData(2, "--no-such-option", "--no-such-option")]
    public async Task Bad_input_is_named_with_what_is_allowed(int expected, string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", arguments);

        Assert.Equal(expected, exitCode);
        Assert.Contains(message, errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--etcd", "http://127.0.0.1:1")]
    [InlineData("--endpoints", "127.0.0.1:1")]
    public async Task An_etcd_that_is_not_there_is_named(params string[] arguments)
    {
        var (exitCode, _, errors) = await DemoProcess.RunAsync(arguments);

        Assert.Equal(3, exitCode);
        Assert.Contains("http://127.0.0.1:1", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_over_long_key_is_refused()
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", "--lock-prefix", new string('x', 2000));

        Assert.Equal(2, exitCode);
        Assert.Contains("the key has 2000 bytes; allowed are 1 to 1008", errors, StringComparison.Ordinal);
    }
}
