using System.Text.Json;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Cron;

/// <summary>The demo, started as its users do: how long it takes until somebody takes over.</summary>
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
        Assert.True(exitCode == 0, $"Exit code {exitCode}: {output}");
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
        Assert.True(exitCode == 0, $"Exit code {exitCode}: {output}");
        AssertTakenOver(root, TimeSpan.FromSeconds(3));
        Assert.Equal(0, (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/cron/")) { CountOnly = true })).Count);
    }

    private static void AssertTakenOver(JsonElement summary, TimeSpan limit)
    {
        var takeovers = summary.GetProperty("takeovers").EnumerateArray().ToList();
        Assert.NotEmpty(takeovers);
        Assert.All(takeovers, takeover => Assert.InRange(takeover.GetProperty("delaySeconds").GetDouble(), 0, limit.TotalSeconds));
    }
}
