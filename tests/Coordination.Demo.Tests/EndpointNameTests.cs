namespace Coordination.Demo.Tests;

/// <summary>What went wrong names each endpoint once.</summary>
public sealed class EndpointNameTests
{
    private const string Nobody = "http://127.0.0.1:1";

    [Theory]
    [InlineData("lock", "k", "--wait", "1s", "--", "true")]
    [InlineData("kv", "get", "k")]
    [InlineData("lease", "list")]
    [InlineData("member", "list")]
    [InlineData("watch", "k", "--command-timeout", "1s")]
    [InlineData("discover", "web", "--once", "--command-timeout", "1s")]
    [InlineData("elect", "k", "--command-timeout", "1s", "--", "true")]
    public async Task An_error_names_the_endpoint_once(params string[] arguments)
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", ["--etcd", Nobody, .. arguments]);

        Assert.Equal(3, exitCode);
        Assert.Equal(2, errors.Split(Nobody).Length);
    }

    [Fact]
    public async Task Of_several_endpoints_each_is_named_once()
    {
        var (_, _, errors) = await ToolRun.RunAsync([], "", ["--etcd", $"{Nobody},http://127.0.0.1:2", "lock", "k", "--wait", "1s", "--", "true"]);

        Assert.Equal(2, errors.Split("127.0.0.1:1").Length);
        Assert.Equal(2, errors.Split("127.0.0.1:2").Length);
    }
}
