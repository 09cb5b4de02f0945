namespace Coordination.Demo.Tests.Greeter;

/// <summary>Bad input to the commands of services.</summary>
public sealed class ServiceInputTests
{
    [Theory]
    [InlineData("--etcd is needed", "greeter", "serve")]
    [InlineData("coordination etcd serve", "greeter", "call")]
    [InlineData("--etcd is needed", "discover", "web")]
    [InlineData("--etcd is needed", "register", "web", "127.0.0.1:80")]
    [InlineData("address: 'web:70000' is not of the form host:port with a port from 1 to 65535", "register", "web", "web:70000", "--etcd", "http://127.0.0.1:1")]
    [InlineData("address: '::1:80' is not of the form", "register", "web", "::1:80", "--etcd", "http://127.0.0.1:1")]
    [InlineData("--metadata: 'rack' is not of the form key=value", "register", "web", "web:80", "--metadata", "rack", "--etcd", "http://127.0.0.1:1")]
    [InlineData("--weight: '-1' is out of range; allowed is 0 to 10000", "register", "web", "web:80", "--weight", "-1", "--etcd", "http://127.0.0.1:1")]
    [InlineData("Service is 'a/b'", "register", "a/b", "web:80", "--etcd", "http://127.0.0.1:1")]
    [InlineData("'a/b'", "discover", "a/b", "--etcd", "http://127.0.0.1:1")]
    [InlineData("--layout: 'xml' is no form; allowed are json, plain, grpc and fields", "discover", "web", "--layout", "xml", "--etcd", "http://127.0.0.1:1")]
    [InlineData("--layout:", "discover", "web", "--layout", "plain:/web/", "--etcd", "http://127.0.0.1:1")]
    [InlineData("round-robin", "greeter", "call", "--policy", "fair", "--etcd", "http://127.0.0.1:1")]
    public async Task Bad_input_is_named_with_what_is_allowed(string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", arguments);

        Assert.Equal(2, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_etcd_that_is_not_there_is_named_within_the_limit()
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", "discover", "web", "--etcd", "http://127.0.0.1:1");

        Assert.Equal(3, exitCode);
        Assert.Contains("http://127.0.0.1:1", errors, StringComparison.Ordinal);
    }
}
