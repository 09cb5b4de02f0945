using System.Globalization;
using System.Text.Json;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Cron;

/// <summary>The demo, started as its users do.</summary>
[Collection(Undisturbed.Name)]
public sealed class CronDemoTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task On_the_embedded_server_the_check_holds_and_a_killed_worker_is_taken_over()
    {
        var (exitCode, output, errors) = await DemoProcess.RunAsync("--duration", "8s", "--ttl", "2s", "--json");
        using var summary = JsonDocument.Parse(output);
        var root = summary.RootElement;

        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        Assert.True(root.GetProperty("ok").GetBoolean());
        Assert.Equal(0, root.GetProperty("ledger").GetProperty("overlaps").GetInt32());
        Assert.All(root.GetProperty("jobs").EnumerateArray(), job => Assert.NotEqual(0, job.GetProperty("runs").GetInt32()));
        AssertTakenOver(root, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task With_processes_on_a_real_etcd_a_worker_killed_by_SIGKILL_is_taken_over_and_nothing_is_left()
    {
        var (exitCode, output, errors) = await DemoProcess.RunAsync(
            "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), "--processes", "--workers", "4", "--duration", "8s", "--ttl", "2s", "--json");
        await using var etcd = _etcd.CreateClient();
        using var summary = JsonDocument.Parse(output);
        var root = summary.RootElement;

        Assert.Equal("", errors);
        Assert.Equal(0, exitCode);
        AssertTakenOver(root, TimeSpan.FromSeconds(3));
        Assert.Equal(0, (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/cron/")) { CountOnly = true })).Count);
    }

    [Fact]
    public async Task A_worker_process_killed_by_somebody_is_noticed_taken_over_and_started_again()
    {
        using var demo = new DemoProcess(
            "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), "--processes", "--workers", "2", "--jobs", "1", "--no-crash",
            "--duration", "9s", "--ttl", "2s", "--work", "2s");
        var line = await demo.PrintedAsync("runs job1");
        var worker = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var ready = await demo.PrintedAsync($"{worker} is ready (process ");
        var processId = int.Parse(ready[(ready.IndexOf("(process ", StringComparison.Ordinal) + 9)..^1], CultureInfo.InvariantCulture);

        Signals.Send(processId, Signals.Kill);
        var (exitCode, output, _) = await demo.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains($"{worker} ENDED without warning", output, StringComparison.Ordinal);
        Assert.Contains($"TOOK OVER job1 from {worker}", output, StringComparison.Ordinal);
        Assert.Contains($"{worker} started again", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_it_runs_etcdctl_shows_the_holders_in_readable_form()
    {
        using var demo = new DemoProcess(
            "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), "--jobs", "1", "--workers", "1", "--no-crash", "--duration", "60s", "--work", "30s", "--tick", "50ms");
        await demo.PrintedAsync("runs job1");

        var holders = await Etcdctl.QueryAsync(_etcd.Endpoint, "get", "--prefix", "/cron/lock/");
        demo.Interrupt();
        var (exitCode, output, _) = await demo.EndAsync();
        var after = await Etcdctl.QueryAsync(_etcd.Endpoint, "get", "--prefix", "/cron/");

        Assert.StartsWith("/cron/lock/job1\n{\"owner\":\"worker-1@", holders, StringComparison.Ordinal);
        Assert.Equal(130, exitCode);
        Assert.Contains("interrupted: releasing everything", output, StringComparison.Ordinal);
        Assert.Equal("", after);
    }

    [Fact]
    public async Task When_etcd_hangs_for_longer_than_the_TTL_runs_are_cut_off_and_resume_and_the_check_holds()
    {
        using var demo = new DemoProcess(
            "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), "--processes", "--workers", "3", "--jobs", "1", "--no-crash",
            "--duration", "12s", "--ttl", "2s", "--work", "2500ms");
        await demo.PrintedAsync("runs job1");
        _etcd.Pause();
        await demo.PrintedAsync("Expired");
        _etcd.Resume();
        var (exitCode, output, _) = await demo.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains("LOST", output, StringComparison.Ordinal);
        var afterwards = output[output.LastIndexOf("Expired", StringComparison.Ordinal)..];
        Assert.Contains("finished job", afterwards, StringComparison.Ordinal);
        Assert.Contains("overlaps = 0, tokens strictly increasing = yes, ticks run twice = 0", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "http://127.0.0.1:1", "--etcd", "http://127.0.0.1:1")]
    [InlineData(2, "the endpoint 'ftp://127.0.0.1:2379' is not allowed", "--etcd", "ftp://127.0.0.1:2379")]
    [InlineData(3, "http://127.0.0.1:1", "--endpoints", "127.0.0.1:1")]
    [InlineData(2, "the endpoint 'http://127.0.0.1:99999' is not allowed", "--etcd", "127.0.0.1:99999")]
    [InlineData(2, "--duration: -5s is out of range; allowed is 1s to 24h", "--duration", "-5s")]
    [InlineData(2, "--duration: 'soon' is no duration", "--duration", "soon")]
    [InlineData(2, "--workers: '0' is out of range; allowed is 1 to 64", "--workers", "0")]
    [InlineData(2, "--ttl: 1s is out of range; allowed is 2s to 1h", "--ttl", "1s")]
    [InlineData(2, "--lock-prefix: the key has 0 bytes", "--lock-prefix", "")]
    [InlineData(2, "--no-such-option", "--no-such-option")]
    public async Task Bad_input_is_named_with_what_is_allowed(int expected, string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await DemoProcess.RunAsync(arguments);

        Assert.Equal(expected, exitCode);
        Assert.Contains(message, errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_over_long_key_is_refused()
    {
        var (exitCode, _, errors) = await DemoProcess.RunAsync("--lock-prefix", new string('x', 2000));

        Assert.Equal(2, exitCode);
        Assert.Contains("the key has 2000 bytes; allowed are 1 to 1008", errors, StringComparison.Ordinal);
    }

    private static void AssertTakenOver(JsonElement summary, TimeSpan limit)
    {
        var takeovers = summary.GetProperty("takeovers").EnumerateArray().ToList();
        Assert.NotEmpty(takeovers);
        Assert.All(takeovers, takeover => Assert.InRange(takeover.GetProperty("delaySeconds").GetDouble(), 0, limit.TotalSeconds));
    }
}
