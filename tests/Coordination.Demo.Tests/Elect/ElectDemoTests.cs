using System.Text.Json;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Elect;

/// <summary>The command <c>elect</c>, started as its users do.</summary>
public sealed class ElectDemoTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;

    private string Endpoint => _etcd.Endpoint.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task A_command_gets_its_term_in_its_environment_and_its_exit_code_is_passed_on()
    {
        await using var etcd = _etcd.CreateClient();

        var (exitCode, output, errors) = await DemoProcess.RunAsync(
            "elect", "e", "me", "--etcd", Endpoint, "--", "sh", "-c", "echo $COORDINATION_ELECTION $COORDINATION_KEY $COORDINATION_VALUE $COORDINATION_TERM; exit 7");

        Assert.Equal(7, exitCode);
        Assert.Matches("^e e/[0-9a-f]+ me [0-9]+\n$", output);
        Assert.Contains("resigned", errors, StringComparison.Ordinal);
        Assert.Equal(0, (await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("e")) { CountOnly = true })).Count);
    }

    [Fact]
    public async Task Two_run_one_after_the_other_the_observer_tells_and_an_interrupted_one_stops_its_command_first()
    {
        using var observer = new DemoProcess("elect", "--observe", "e", "--etcd", Endpoint, "--json");
        await observer.PrintedAsync("\"none\"");
        using var first = new DemoProcess("elect", "e", "one", "--etcd", Endpoint, "--", "sh", "-c", "trap 'echo stopped; exit 0' INT; echo first runs; while :; do sleep 0.05; done");
        await first.PrintedAsync("first runs");
        using var second = new DemoProcess("elect", "e", "two", "--etcd", Endpoint, "--", "sh", "-c", "echo second runs");

        first.Interrupt();
        var (firstCode, firstOutput, firstErrors) = await first.EndAsync();
        var (secondCode, secondOutput, _) = await second.EndAsync();
        var line = await observer.PrintedAsync("\"two\"");
        observer.Interrupt();
        await observer.EndAsync();

        Assert.Equal((130, "first runs\nstopped\n"), (firstCode, firstOutput));
        Assert.Contains("Interrupted", firstErrors, StringComparison.Ordinal);
        Assert.Equal((0, "second runs\n"), (secondCode, secondOutput));
        using var leader = JsonDocument.Parse(line);
        Assert.Equal("leader", leader.RootElement.GetProperty("event").GetString());
    }

    [Fact]
    public async Task A_command_that_does_not_stop_is_killed_with_everything_it_started()
    {
        using var tool = new DemoProcess(
            "elect", "e", "--etcd", Endpoint, "--grace", "200ms", "--", "sh", "-c", "trap '' INT; sleep 1000 & echo process $!; while :; do sleep 0.05; done");
        var grandchild = (await tool.PrintedAsync("process")).Split(' ')[1];

        tool.Interrupt();
        var (exitCode, _, errors) = await tool.EndAsync();

        Assert.Equal(130, exitCode);
        Assert.Contains("killed", errors, StringComparison.Ordinal);
        Assert.Contains("exit code=137", errors, StringComparison.Ordinal);
        Assert.False(ProcessState.IsRunning(grandchild));
    }

    [Fact]
    public async Task When_the_leader_is_stopped_for_longer_than_the_TTL_it_stops_its_command_on_waking_and_its_term_guards_nothing()
    {
        await using var system = _etcd.StartSystem();
        using var tool = new DemoProcess(
            "elect", "e", "--etcd", Endpoint, "--ttl", "2s", "--once", "--", "sh", "-c", "echo $COORDINATION_KEY $COORDINATION_TERM; exec sleep 1000");
        var told = (await tool.PrintedAsync("e/")).Split(' ');
        var guard = EtcdCompare.CreateRevision(told[0], CompareResult.Equal, new Revision(long.Parse(told[1], System.Globalization.CultureInfo.InvariantCulture)));
        await using var etcd = _etcd.CreateClient();
        Assert.True((await etcd.TxnAsync(new EtcdOp.Txn { If = [guard], Then = [new EtcdOp.Put("data", "1")] })).Succeeded);

        tool.Signal(Signals.Stop);
        await using var next = await system.Election("e").CampaignAsync("next").WaitAsync(TimeSpan.FromSeconds(20));
        tool.Signal(Signals.Continue);
        var (exitCode, _, errors) = await tool.EndAsync();

        Assert.Equal(4, exitCode);
        Assert.Contains("lost", errors, StringComparison.Ordinal);
        Assert.Contains("reason=Expired", errors, StringComparison.Ordinal);
        Assert.False((await etcd.TxnAsync(new EtcdOp.Txn { If = [guard], Then = [new EtcdOp.Put("data", "2")] })).Succeeded);
        Assert.True(next.IsLeader);
    }

    [Fact]
    public async Task When_the_tool_is_killed_its_command_dies_with_it_and_another_takes_over()
    {
        using var first = new DemoProcess("elect", "e", "--etcd", Endpoint, "--ttl", "2s", "--", "sh", "-c", "echo process $$; exec sleep 1000");
        var command = (await first.PrintedAsync("process")).Split(' ')[1];
        using var second = new DemoProcess("elect", "e", "--etcd", Endpoint, "--ttl", "2s", "--", "sh", "-c", "echo took over");

        first.Signal(Signals.Kill);
        var (exitCode, output, _) = await second.EndAsync();

        Assert.Equal((0, "took over\n"), (exitCode, output));
        Assert.False(ProcessState.IsRunning(command));
    }

    [Fact]
    public async Task A_transfer_past_a_candidate_of_another_program_ends_with_what_happened()
    {
        using var first = new DemoProcess("elect", "e", "--candidate", "a", "--etcd", Endpoint, "--", "sh", "-c", "echo a runs; exec sleep 600");
        await first.PrintedAsync("a runs");
        await using var foreign = new EtcdctlElect(_etcd.Endpoint, "e", "theirs");
        await using var etcd = _etcd.CreateClient();
        await UntilCandidatesAsync(etcd, 2);
        using var second = new DemoProcess("elect", "e", "--candidate", "b", "--etcd", Endpoint, "--", "sh", "-c", "exec sleep 600");
        await UntilCandidatesAsync(etcd, 3);

        var (exitCode, output, errors) = await DemoProcess.RunAsync("elect", "e", "--transfer", "b", "--etcd", Endpoint);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Matches("'b' does not lead: e/[0-9a-f]+ \\(of another program\\) leads, 'b' is number 2 in line", errors);
    }

    [Fact]
    public async Task A_transfer_that_takes_too_long_says_who_leads()
    {
        await using var system = _etcd.StartSystem("leads");
        await using var leadership = await system.Election("e").CampaignAsync("x", new CampaignOptions { Name = "a" });
        var waits = system.Election("e").CampaignAsync("y", new CampaignOptions { Name = "b" });
        await using var etcd = _etcd.CreateClient();
        await UntilCandidatesAsync(etcd, 2);

        var (exitCode, output, errors) = await DemoProcess.RunAsync("elect", "e", "--transfer", "b", "--wait", "500ms", "--etcd", Endpoint);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("not done within 500ms, and not asked for any longer: 'a' leads, 'b' is number 2 in line", errors, StringComparison.Ordinal);
        await leadership.ResignAsync();
        await (await waits).DisposeAsync();
    }

    [Fact]
    public async Task A_transfer_from_the_command_line_hands_over_to_the_named_candidate()
    {
        using var first = new DemoProcess("elect", "e", "--candidate", "a", "--once", "--etcd", Endpoint, "--", "sh", "-c", "echo a runs; exec sleep 1000");
        await first.PrintedAsync("a runs");
        using var second = new DemoProcess("elect", "e", "--candidate", "b", "--etcd", Endpoint, "--", "sh", "-c", "echo b runs; exec sleep 1000");
        await using var system = _etcd.StartSystem();
        while ((await system.Election("e").GetCandidatesAsync()).Count < 2)
        {
            await Task.Yield();
        }

        var nobody = await DemoProcess.RunAsync("elect", "e", "--transfer", "c", "--etcd", Endpoint);
        var transfer = await DemoProcess.RunAsync("elect", "e", "--transfer", "b", "--etcd", Endpoint);
        await second.PrintedAsync("b runs");

        Assert.Equal(1, nobody.ExitCode);
        Assert.Contains("there are: a, b", nobody.Errors, StringComparison.Ordinal);
        Assert.Equal(0, transfer.ExitCode);
        Assert.Equal(4, (await first.EndAsync()).ExitCode);
    }

    private static async Task UntilCandidatesAsync(EtcdClient etcd, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("e/")) { CountOnly = true }, limit.Token)).Count < count)
        {
        }
    }
}
