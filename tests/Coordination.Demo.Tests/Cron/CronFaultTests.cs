using System.Globalization;

namespace Coordination.Demo.Tests.Cron;

/// <summary>The demo, started as its users do, and what is done to it.</summary>
public sealed class CronFaultTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

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
}
