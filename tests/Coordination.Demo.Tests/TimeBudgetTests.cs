namespace Coordination.Demo.Tests;

/// <summary>A time that the command line gives is kept, also when etcd is away.</summary>
[Collection(Undisturbed.Name)]
public sealed class TimeBudgetTests
{
    private const string Nobody = "http://127.0.0.1:1";

    [Theory]
    [InlineData("within 2 s", "lock", "k", "--wait", "2s", "--", "true")]
    [InlineData("within 2 s", "lock", "k", "--wait", "100ms", "--", "true")]
    [InlineData("within 0.6 s", "lock", "k", "--wait", "600ms", "--dial-timeout", "100ms", "--", "true")]
    [InlineData("within 0.7 s", "lock", "k", "--try", "--command-timeout", "700ms", "--", "true")]
    [InlineData("within 0.7 s", "lock", "k", "--wait", "20s", "--command-timeout", "700ms", "--", "true")]
    [InlineData("within 0.7 s", "elect", "k", "--command-timeout", "700ms", "--", "true")]
    [InlineData("within 0.7 s", "discover", "web", "--once", "--command-timeout", "700ms")]
    public async Task Etcd_that_is_away_is_waited_for_within_the_budget(string limit, params string[] arguments)
    {
        var start = TimeProvider.System.GetTimestamp();
        var (exitCode, _, errors) = await ToolRun.RunAsync(new Dictionary<string, string> { ["COORDINATION_ETCD_ENDPOINTS"] = Nobody }, "", ["--etcd", Nobody, .. arguments]);
        var took = TimeProvider.System.GetElapsedTime(start);

        Assert.Equal(3, exitCode);
        Assert.Contains(limit, errors, StringComparison.Ordinal);
        Assert.True(took < TimeSpan.FromSeconds(4), $"It took {took}: {errors}");
    }
}
