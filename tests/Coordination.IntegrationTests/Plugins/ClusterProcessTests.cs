using Coordination.Etcd;
using Xunit.Abstractions;

namespace Coordination.IntegrationTests.Plugins;

/// <summary>Real processes on a real etcd: they find each other, and one singleton works, whatever happens to its process.</summary>
public sealed class ClusterProcessTests(ITestOutputHelper output) : AkkaClusterTestBase
{
    [Fact]
    public async Task Three_nodes_that_start_at_once_on_an_empty_etcd_form_one_cluster()
    {
        Start();
        Start();
        Start();

        await OneClusterAsync();
    }

    [Fact]
    public async Task Nodes_that_start_one_after_the_other_join_the_cluster_of_the_first()
    {
        await Start().ReportedAsync();
        await Start().PrintedAsync("Welcome from");
        await Start().PrintedAsync("Welcome from");

        await OneClusterAsync();
    }

    [Fact]
    public async Task When_the_process_of_the_singleton_is_killed_another_one_begins_after_the_lease_ended()
    {
        var worker = await StartThreeAsync();

        worker.Send(Signals.Kill);
        await worker.EndAsync();
        var killed = TimeProvider.System.GetTimestamp();
        var next = await WorkerAsync(worker);

        Assert.True(worker.Reports[^1].At < next.Reports[0].At);
        Assert.True(killed < next.Reports[0].At);
        AssertNoOverlap();
    }

    [Fact]
    public async Task A_process_that_was_stopped_for_longer_than_the_lease_knows_it_before_its_first_message_and_its_writes_are_refused()
    {
        var worker = await StartThreeAsync();

        worker.Send(Signals.Stop);
        var next = await WorkerAsync(worker);
        var woken = TimeProvider.System.GetTimestamp();
        worker.Send(Signals.Continue);
        await worker.PrintedAsync("The reporter ends at");

        // What it did after it woke up: nothing with the lease held, nothing that etcd took. How soon it ended is printed.
        var late = worker.Reports.Where(report => report.At > woken).ToList();
        Assert.All(late, report => Assert.False(report.Held));
        var ended = (await worker.PrintedAsync("The reporter ends at")).Split(' ')[^1];
        var after = TimeProvider.System.GetElapsedTime(woken, long.Parse(ended, System.Globalization.CultureInfo.InvariantCulture));
        var refused = worker.Count("report is refused");
        output.WriteLine($"It ended {after.TotalMilliseconds:0} ms after it went on, reported {late.Count} times until then; etcd refused {refused} of its writes.");

        // One more may have been on its way when it was stopped.
        Assert.InRange(refused, 0, late.Count + 1);
        Assert.True(next.Count("report is written") > 0);
        Assert.Equal(0, next.Count("report is refused"));
        await using var etcd = Etcd.CreateClient();
        Assert.Contains($"by {next.Id},", (await etcd.GetAsync(new EtcdOp.Get("/reports/latest"))).First!.Value.ToText(), StringComparison.Ordinal);
    }
}
