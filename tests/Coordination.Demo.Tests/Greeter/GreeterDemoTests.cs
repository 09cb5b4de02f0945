using System.Globalization;
using System.Text.Json;

namespace Coordination.Demo.Tests.Greeter;

/// <summary>Greeters and a caller as processes of their own, on a real etcd.</summary>
[Collection(Undisturbed.Name)]
public sealed class GreeterDemoTests : IAsyncLifetime
{
    private const int TtlSeconds = 2;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly List<DemoProcess> _processes = [];
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task No_call_fails_while_greeters_are_killed_started_and_stopped()
    {
        var greeters = await Task.WhenAll(Enumerable.Range(1, 3).Select(n => GreeterAsync($"g{n}")));
        var caller = Start("greeter", "call", "--interval", "10ms", "--json");
        await caller.PrintedAsync("\"number\":90,");

        var down = await TimeAsync(() => greeters[1].Signal(Signals.Kill), caller.PrintedAsync("down     g2"));
        await GreeterAsync("g2");
        var back = await TimeAsync(() => { }, caller.PrintedAsync("up       g2"));
        var left = await TimeAsync(() => greeters[2].Signal(Signals.Terminate), caller.PrintedAsync("down     g3"));
        var (exitCode, output, errors) = await greeters[2].EndAsync();
        caller.Interrupt();
        var (callerExitCode, calls, callerErrors) = await caller.EndAsync();

        // etcd looks for expired leases every half second; the tenth is for agreeing on it and for the tool's line.
        Assert.InRange(down, TimeSpan.Zero, (TtlSeconds + 0.6) * Second);
        Assert.InRange(back, TimeSpan.Zero, Second);
        Assert.InRange(left, TimeSpan.Zero, Second);
        Assert.Contains("draining g3", calls, StringComparison.Ordinal);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("none was cut off", output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (callerExitCode, callerErrors));
        var lines = calls.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["g1", "g2", "g3"], FirstAnswers(lines, 90).Select(count => count.Key).Order());
        Assert.All(FirstAnswers(lines, 90), count => Assert.Equal(30, count.Value));
        var summary = lines[^1].GetProperty("summary");
        Assert.Equal(0, summary.GetProperty("failed").GetInt32());
        Assert.InRange(summary.GetProperty("retries").GetInt32(), 0, 10);
    }

    [Fact]
    public async Task Calls_go_on_over_the_last_view_while_etcd_is_away()
    {
        await Task.WhenAll(GreeterAsync("g1", 30), GreeterAsync("g2", 30));
        var caller = Start("greeter", "call", "--interval", "10ms", "--json");
        await caller.PrintedAsync("\"number\":10,");

        await _etcd.KillAsync();
        await caller.PrintedAsync("STALE");
        await _etcd.StartProcessAsync();
        await caller.PrintedAsync("resync");
        caller.Interrupt();
        var (exitCode, output, _) = await caller.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("down     ", output, StringComparison.Ordinal);
        Assert.Contains("\"failed\":0,", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_registered_by_hand_is_found_in_its_layout_and_gone_afterwards()
    {
        var registration = Start("register", "hello", "127.0.0.1:42388", "--layout", "plain", "--ttl", "2s");
        await registration.PrintedAsync("hello/127.0.0.1:42388 at 127.0.0.1:42388, serving, layout Plain");

        var keys = await Etcdctl.QueryAsync(_etcd.Endpoint, "get", "--prefix", "/services/hello/");
        var (found, json, _) = await RunAsync("discover", "hello", "--layout", "plain", "--once", "--json");
        var (_, lines, _) = await RunAsync("discover", "hello", "--layout", "plain", "--once");
        registration.Interrupt();
        var (exitCode, _, errors) = await registration.EndAsync();
        var (gone, _, _) = await RunAsync("discover", "hello", "--layout", "plain", "--once", "--json");

        Assert.Equal("/services/hello/127.0.0.1:42388\n127.0.0.1:42388\n", keys);
        Assert.Equal(0, found);
        var instance = JsonDocument.Parse(json).RootElement.GetProperty("instances")[0];
        Assert.Equal("127.0.0.1:42388", instance.GetProperty("address").GetString());
        Assert.Equal("serving", instance.GetProperty("state").GetString());
        Assert.Contains("127.0.0.1:42388  serving  100", lines, StringComparison.Ordinal);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal(1, gone);
    }

    [Fact]
    public async Task Everything_that_an_instance_says_is_registered_and_shown()
    {
        var registration = Start(
            "register", "web", "[::1]:8080", "--id", "node1", "--weight", "50", "--zone", "east", "--instance-version", "2.1", "--metadata", "rack=7", "--metadata", "a=b=c",
            "--scheme", "https", "--state", "draining");
        var follower = Start("discover", "web");
        await registration.PrintedAsync("web/node1 at [::1]:8080, draining, layout Json /services/{service}/{id}");

        var (_, json, _) = await RunAsync("discover", "web", "--once", "--json");
        await follower.PrintedAsync("node1");
        registration.Interrupt();
        await follower.PrintedAsync("down     node1");
        follower.Interrupt();

        var instance = JsonDocument.Parse(json).RootElement.GetProperty("instances")[0];
        Assert.Equal(
            """{"id":"node1","address":"[::1]:8080","scheme":"https","state":"draining","weight":50,"zone":"east","version":"2.1","metadata":{"a":"b=c","rack":"7"},"key":"/services/web/node1",""",
            Sorted(instance.GetRawText())[..Sorted(instance.GetRawText()).IndexOf("\"lease\"", StringComparison.Ordinal)]);
        Assert.Equal(0, (await follower.EndAsync()).ExitCode);
    }

    private static async Task<TimeSpan> TimeAsync(Action act, Task<string> seen)
    {
        var start = TimeProvider.System.GetTimestamp();
        act();
        await seen;
        return TimeProvider.System.GetElapsedTime(start);
    }

    private static List<KeyValuePair<string, int>> FirstAnswers(IEnumerable<JsonElement> lines, int count) =>
        [.. lines.Where(line => line.TryGetProperty("call", out _)).Take(count).CountBy(line => line.GetProperty("call").GetProperty("instance").GetString()!)];

    /// <summary>The entries of the metadata have no order.</summary>
    private static string Sorted(string json) => json.Replace("""{"rack":"7","a":"b=c"}""", """{"a":"b=c","rack":"7"}""", StringComparison.Ordinal);

    private async Task<DemoProcess> GreeterAsync(string id, int ttlSeconds = TtlSeconds)
    {
        var greeter = Start("greeter", "serve", "--id", id, "--ttl", string.Create(CultureInfo.InvariantCulture, $"{ttlSeconds}s"));
        await greeter.PrintedAsync("serving");
        return greeter;
    }

    private DemoProcess Start(params string[] arguments)
    {
        var process = new DemoProcess([.. arguments, "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority)]);
        _processes.Add(process);
        return process;
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => Start(arguments).EndAsync();
}
