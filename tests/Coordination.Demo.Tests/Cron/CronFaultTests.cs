using System.Globalization;
using Coordination.Etcd;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Tests.Cron;

/// <summary>The demo, started as its users do, and what is done to it.</summary>
public sealed class CronFaultTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task Workers_compete_for_the_whole_duration_however_long_they_took_to_start()
    {
        var (exitCode, output, _) = await DemoProcess.RunAsync(
            "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), "--processes", "--workers", "2", "--jobs", "1", "--no-crash",
            "--duration", "2s", "--tick", "100ms", "--work", "100ms");

        Assert.True(exitCode == 0, $"Exit code {exitCode}: {output}");
        var over = TimeOf(output, "time is over");
        Assert.All(["worker-1 is ready", "worker-2 is ready"], ready => Assert.True(over - TimeOf(output, ready) >= 2, output));
    }

    [Fact]
    public async Task A_worker_process_killed_by_somebody_is_noticed_taken_over_and_started_again()
    {
        // It ends when everything has happened, not when a time is over that a busy machine may need to start processes.
        using var demo = new DemoProcess(
            "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), "--processes", "--workers", "2", "--jobs", "1", "--no-crash",
            "--duration", "10m", "--ttl", "2s", "--work", "2s");
        var line = await demo.PrintedAsync("runs job1");
        var worker = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var ready = await demo.PrintedAsync($"{worker} is ready (process ");
        var processId = int.Parse(ready[(ready.IndexOf("(process ", StringComparison.Ordinal) + 9)..^1], CultureInfo.InvariantCulture);
        var readyAgain = demo.PrintedNextAsync($"{worker} is ready (process ");

        Signals.Send(processId, Signals.Kill);
        await demo.PrintedAsync($"{worker} ENDED without warning");
        await demo.PrintedAsync($"TOOK OVER job1 from {worker}");
        await demo.PrintedNextAsync("finished job1");
        await demo.PrintedAsync($"{worker} started again");
        await readyAgain;
        demo.Interrupt();
        var (exitCode, output, _) = await demo.EndAsync();

        Assert.True(exitCode == ExitCode.Interrupted, $"Exit code {exitCode}: {output}");
        Assert.True(output.Contains("The check holds.", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task What_was_handed_over_to_a_killed_worker_is_not_called_left_behind_after_an_interruption()
    {
        using var demo = new DemoProcess(
            "--etcd", _etcd.Endpoint.GetLeftPart(UriPartial.Authority), "--processes", "--workers", "2", "--jobs", "1", "--no-crash",
            "--duration", "10m", "--ttl", "30s", "--work", "2s");
        var runs = (await demo.PrintedAsync("runs job1")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var waits = runs == "worker-1" ? "worker-2" : "worker-1";
        var ready = await demo.PrintedAsync($"{waits} is ready (process ");
        await using var etcd = _etcd.CreateClient();
        await etcd.UntilCountAsync(KeyRange.Prefix("coordination/waiters/%2Fcron"), 1);

        Signals.Send(int.Parse(ready[(ready.IndexOf("(process ", StringComparison.Ordinal) + 9)..^1], CultureInfo.InvariantCulture), Signals.Kill);
        await demo.PrintedAsync($"{waits} ENDED without warning");
        await etcd.UntilAsync("/cron/lock/job1", holder => holder?.Value.ToText().Contains(waits, StringComparison.Ordinal) is true);
        demo.Interrupt();
        var (exitCode, output, _) = await demo.EndAsync();

        Assert.True(exitCode == ExitCode.Interrupted, $"Exit code {exitCode}: {output}");
        Assert.Contains("left behind in etcd: 0 keys, and 1 of a killed worker that goes when its lease runs out", output, StringComparison.Ordinal);
        Assert.Contains("The check holds.", output, StringComparison.Ordinal);
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
            "--duration", "10m", "--ttl", "2s", "--work", "2500ms");
        await demo.PrintedAsync("runs job1");
        _etcd.Pause();
        await demo.PrintedAsync("Expired");
        var finishedAgain = demo.PrintedNextAsync("finished job1");
        _etcd.Resume();
        await finishedAgain;
        demo.Interrupt();
        var (exitCode, output, _) = await demo.EndAsync();

        Assert.True(exitCode == ExitCode.Interrupted, $"Exit code {exitCode}: {output}");
        Assert.True(output.Contains("LOST", StringComparison.Ordinal), output);
        Assert.True(output.Contains("overlaps = 0, tokens strictly increasing = yes, ticks run twice = 0", StringComparison.Ordinal), output);
        Assert.True(output.Contains("The check holds.", StringComparison.Ordinal), output);
    }

    /// <summary>The seconds at the beginning of the first line with the text.</summary>
    private static double TimeOf(string output, string text)
    {
        var line = output.Split(Environment.NewLine).First(l => l.Contains(text, StringComparison.Ordinal));
        return double.Parse(line[..line.IndexOf('s', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }
}
