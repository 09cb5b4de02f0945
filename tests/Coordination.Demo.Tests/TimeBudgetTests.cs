using Coordination.Demo.Cli;
using Coordination.Demo.Holding;
using Coordination.Demo.Locking;

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

    [Fact]
    public async Task A_wait_that_is_shorter_than_an_answer_ends_with_who_has_the_lock_and_does_not_blame_etcd()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await using var holder = server.StartSystem("holder");
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var system = server.StartSystem(endpoint: proxy.Endpoint);
        await using var handle = await holder.Lock("k").AcquireAsync();
        await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));
        proxy.Delay = TimeSpan.FromMilliseconds(200);
        using var terminal = new Terminal(Stream.Null, Stream.Null, TextWriter.Null);
        using var signals = new SignalRelay();
        var settings = new LockSettings("k", TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2), TimeSpan.Zero, 42, new HeldCommand(["true"], TimeSpan.Zero, signals));

        var exitCode = await new LockRun(system, settings, new HoldReporter(null, isJson: false, report => report), terminal).RunAsync(CancellationToken.None);

        Assert.Equal(42, exitCode);
    }
}
