namespace Coordination.Demo.Tests.Dashboard;

/// <summary>Bad input to <c>dashboard</c> and <c>top</c>, and an etcd that is away.</summary>
public sealed class DashboardInputTests
{
    private const string Nobody = "http://127.0.0.1:1";

    [Theory]
    [InlineData(2, "--listen: 'here' is not of the form address:port", "dashboard", "--listen", "here")]
    [InlineData(2, "--listen: '127.0.0.1:70000' is not of the form", "dashboard", "--listen", "127.0.0.1:70000")]
    [InlineData(2, "--listen: 0.0.0.0:8484 can be reached from other machines, which needs --token", "dashboard", "--listen", "0.0.0.0:8484")]
    [InlineData(2, "--token: it has 5 characters; 16 or more are needed", "dashboard", "--token", "short")]
    [InlineData(2, "--prefix: the key is empty", "dashboard", "--prefix", "")]
    [InlineData(2, "--layout: 'odd' is no form", "dashboard", "--layout", "odd")]
    [InlineData(2, "so services cannot be distinguished from other keys", "top", "--layout", "plain:{service}/{id}")]
    [InlineData(2, "top: --filter is for what people read", "top", "--json", "--filter", "x")]
    [InlineData(3, "etcd cannot be read within 500ms", "top", "--once", "--command-timeout", "500ms")]
    [InlineData(3, "192.0.2.1:8484 cannot be served", "dashboard", "--listen", "192.0.2.1:8484", "--token", "0123456789abcdef")]
    public async Task Bad_input_is_named(int expected, string message, params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolRun.RunAsync([], "", ["--etcd", Nobody, .. arguments]);

        Assert.Equal(expected, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal("", output);
    }

    [Fact]
    public async Task The_dashboard_says_where_it_is_shows_that_etcd_is_away_and_ends_by_ctrl_c()
    {
        using var run = ToolRun.Start([], "", "dashboard", "--listen", "127.0.0.1:0", "--etcd", Nobody);
        await run.PrintedAsync("The dashboard is at");
        using var http = new HttpClient { BaseAddress = AddressIn(run.Output) };

        var state = await http.GetStringAsync(new Uri("state", UriKind.Relative));
        using var posted = await http.PostAsync(new Uri("state", UriKind.Relative), null);
        await run.InterruptAsync();
        var (exitCode, _, errors) = await run.EndAsync();

        Assert.Contains("\"isConnected\":false", state, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        Assert.Equal((0, ""), (exitCode, errors));
    }

    [Fact]
    public async Task With_a_token_nothing_is_shown_to_who_does_not_know_it()
    {
        using var run = ToolRun.Start(new Dictionary<string, string> { ["COORDINATION_DASHBOARD_TOKEN"] = "0123456789abcdef" }, "", "dashboard", "--listen", "127.0.0.1:0", "--etcd", Nobody);
        await run.PrintedAsync("The dashboard is at");
        var address = AddressIn(run.Output);
        using var http = new HttpClient { BaseAddress = address };

        using var refused = await http.GetAsync(new Uri("state", UriKind.Relative));
        using var wrong = await http.GetAsync(new Uri("?token=0123456789abcdee", UriKind.Relative));
        using var shown = await http.GetAsync(new Uri("?token=0123456789abcdef", UriKind.Relative));
        var state = await http.GetStringAsync(new Uri("state", UriKind.Relative));
        await run.InterruptAsync();
        await run.EndAsync();

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("not the token", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(address, shown.RequestMessage!.RequestUri);
        Assert.Contains("\"locks\"", state, StringComparison.Ordinal);
    }

    internal static Uri AddressIn(string output) => new(output.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal)).TrimEnd(';'));
}
