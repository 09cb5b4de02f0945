using System.Globalization;
using System.Text.Json;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Locking;

/// <summary>The command <c>lock</c>, started as its users do.</summary>
public sealed class LockCommandTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;

    private string Endpoint => _etcd.Endpoint.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync() => _etcd = await RealEtcd.StartAsync();

    public async Task DisposeAsync() => await _etcd.DisposeAsync();

    [Fact]
    public async Task A_command_gets_the_token_its_exit_code_is_passed_on_and_nothing_is_printed_or_left()
    {
        await using var etcd = _etcd.CreateClient();

        var (exitCode, output, errors) = await RunAsync("lock", "k", "--", "sh", "-c", "echo $COORDINATION_LOCK $COORDINATION_KEY $COORDINATION_TOKEN $COORDINATION_REVISION; exit 7");
        var again = await RunAsync("lock", "k", "--", "sh", "-c", "echo $COORDINATION_TOKEN");

        Assert.Equal((7, ""), (exitCode, errors));
        Assert.Matches("^k k ([0-9]+) \\1\n$", output);
        Assert.True(Number(again.Output) > Number(output.Split(' ')[2]));
        Assert.Equal(0, (await etcd.GetAsync(KeyRange.All)).Count);
    }

    [Fact]
    public async Task Standard_input_is_the_commands_and_a_signal_that_ends_it_is_in_the_exit_code()
    {
        var cat = new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"echo piped | '{DemoProcess.Tool}' lock k --etcd {Endpoint} -- cat"]) { RedirectStandardOutput = true };
        using var shell = System.Diagnostics.Process.Start(cat)!;
        var printed = await shell.StandardOutput.ReadToEndAsync();
        var killed = await RunAsync("lock", "k", "--", "sh", "-c", "kill -9 $$");

        Assert.Equal("piped\n", printed);
        Assert.Equal(137, killed.ExitCode);
    }

    [Fact]
    public async Task Who_does_not_get_it_says_so_by_its_exit_code_alone()
    {
        using var first = Start("lock", "k", "--", "sh", "-c", "echo runs; sleep 1000");
        await first.PrintedAsync("runs");

        var tried = await RunAsync("lock", "k", "--try", "--", "echo", "never");
        var waited = await RunAsync("lock", "k", "--wait", "300ms", "--conflict-exit-code", "0", "--verbose", "--", "echo", "never");
        first.Interrupt();
        var (exitCode, _, errors) = await first.EndAsync();

        Assert.Equal((5, "", ""), tried);
        Assert.Equal((0, ""), (waited.ExitCode, waited.Output));
        Assert.Contains("busy holder=", waited.Errors, StringComparison.Ordinal);
        Assert.Equal((130, ""), (exitCode, errors));
    }

    [Fact]
    public async Task Waiting_ends_when_the_holder_does_and_an_interrupted_waiter_leaves_nothing()
    {
        await using var etcd = _etcd.CreateClient();
        using var first = Start("lock", "k", "--", "sh", "-c", "trap 'exit 3' TERM; echo runs; while :; do sleep 0.05; done");
        await first.PrintedAsync("runs");
        using var second = Start("lock", "k", "--json", "--", "echo", "second runs");
        using var third = Start("lock", "k", "--", "echo", "never");
        await etcd.UntilCountAsync(KeyRange.Prefix("coordination/waiters/k/"), 2);

        third.Interrupt();
        var (thirdCode, thirdOutput, _) = await third.EndAsync();
        first.Signal(Signals.Terminate);
        var (firstCode, _, _) = await first.EndAsync();
        var (secondCode, secondOutput, secondErrors) = await second.EndAsync();

        Assert.Equal((130, ""), (thirdCode, thirdOutput));
        Assert.Equal(3, firstCode);
        Assert.Equal((0, "second runs\n"), (secondCode, secondOutput));
        var events = secondErrors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString());
        Assert.Equal(["waiting", "acquired", "started", "exited", "released"], events);
        Assert.Equal(0, (await etcd.GetAsync(KeyRange.All)).Count);
    }

    [Fact]
    public async Task When_the_lock_is_lost_the_command_is_stopped_gently_then_hard()
    {
        await using var etcd = _etcd.CreateClient();
        using var gentle = Start("lock", "gentle", "--", "sh", "-c", "trap 'echo stopped; exit 0' TERM; echo runs; while :; do sleep 0.05; done");
        using var hard = Start("lock", "hard", "--grace", "200ms", "--", "sh", "-c", "trap '' TERM; sleep 1000 & echo process $!; while :; do sleep 0.05; done");
        await gentle.PrintedAsync("runs");
        var grandchild = (await hard.PrintedAsync("process")).Split(' ')[1];

        await etcd.DeleteAsync("gentle");
        await etcd.DeleteAsync("hard");
        var (gentleCode, gentleOutput, gentleErrors) = await gentle.EndAsync();
        var (hardCode, _, hardErrors) = await hard.EndAsync();

        Assert.Equal((4, "runs\nstopped\n"), (gentleCode, gentleOutput));
        Assert.Contains("the lock 'gentle' with token", gentleErrors, StringComparison.Ordinal);
        Assert.Contains("was lost while the command ran: KeyDeleted", gentleErrors, StringComparison.Ordinal);
        Assert.Equal(4, hardCode);
        Assert.Contains("'hard'", hardErrors, StringComparison.Ordinal);
        Assert.False(ProcessState.IsRunning(grandchild));
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("elect")]
    public async Task When_the_tool_is_frozen_its_command_is_stopped_before_anybody_else_can_have_it(string kind)
    {
        await using var system = _etcd.StartSystem();
        using var frozen = Start(kind, "k", "--ttl", "2s", "--report", "/dev/stdout", "--", "sh", "-c", "echo process $$; exec sleep 1000");
        var command = (await frozen.PrintedAsync("process ")).Split(' ')[1];
        await frozen.PrintedAsync(" started ");

        frozen.Signal(Signals.Stop);
        await (kind == "lock" ? system.Lock("k").AcquireAsync(TimeSpan.FromSeconds(20)) : (Task)system.Election("k").CampaignAsync("next").WaitAsync(TimeSpan.FromSeconds(20)));
        var isRunning = ProcessState.IsRunning(command);
        frozen.Signal(Signals.Continue);

        Assert.False(isRunning);
        await frozen.PrintedAsync("reason=Expired");
        if (kind == "lock")
        {
            Assert.Equal(4, (await frozen.EndAsync()).ExitCode);
        }
    }

    [Fact]
    public async Task A_tool_that_wakes_in_time_goes_on()
    {
        using var tool = Start("lock", "k", "--ttl", "4s", "--", "sh", "-c", "echo runs; sleep 5; echo done");
        await tool.PrintedAsync("runs");

        tool.Signal(Signals.Stop);
        await _etcd.CreateClient().UntilAsync("k", held => held is not null);
        tool.Signal(Signals.Continue);
        var (exitCode, output, _) = await tool.EndAsync();

        Assert.Equal((0, "runs\ndone\n"), (exitCode, output));
    }

    [Theory]
    [InlineData(1, "HUP")]
    [InlineData(10, "USR1")]
    [InlineData(2, "INT")]
    [InlineData(15, "TERM")]
    public async Task Signals_are_passed_on(int signal, string name)
    {
        using var tool = Start("lock", "k", "--", "sh", "-c", $"trap 'echo got {name}; exit 9' {name}; echo runs; while :; do sleep 0.05; done");
        await tool.PrintedAsync("runs");

        tool.Signal(signal);
        var (exitCode, output, _) = await tool.EndAsync();

        Assert.Equal((9, $"runs\ngot {name}\n"), (exitCode, output));
    }

    [Fact]
    public async Task At_least_holds_on_and_a_signal_in_that_time_leaves_the_lock_to_its_lease()
    {
        await using var etcd = _etcd.CreateClient();
        var report = Path.GetTempFileName();
        using var tool = Start("lock", "k", "--at-least", "1h", "--ttl", "2s", "--report", report, "--json", "--", "echo", "ran");
        await tool.PrintedAsync("ran");
        await HoldingAsync(report);

        var during = await RunAsync("lock", "k", "--try", "--", "echo", "never");
        tool.Signal(Signals.Terminate);
        var (exitCode, output, errors) = await tool.EndAsync();
        var after = await etcd.GetAsync("k");
        await etcd.UntilGoneAsync("k");

        Assert.Equal((5, ""), (during.ExitCode, during.Output));
        Assert.Equal((0, "ran\n", ""), (exitCode, output, errors));
        Assert.Equal(1, after.Count);
        Assert.DoesNotContain("released", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
        File.Delete(report);
    }

    [Fact]
    public async Task Its_token_guards_what_the_job_writes_from_a_shell()
    {
        await using var etcd = _etcd.CreateClient();
        var write = $"printf 'mod(\"'$COORDINATION_KEY'\") = \"'$COORDINATION_TOKEN'\"\\n\\nput report done\\n' | '{DemoProcess.Tool}' kv txn --etcd {Endpoint}";

        var (exitCode, output, _) = await RunAsync("lock", "k", "--", "sh", "-c", write);

        Assert.Equal((0, "SUCCESS\n\nOK\n"), (exitCode, output));
        Assert.Equal("done", (await etcd.GetAsync("report")).First!.Value.ToText());
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static async Task HoldingAsync(string report)
    {
        while (!(await File.ReadAllTextAsync(report)).Contains("holding", StringComparison.Ordinal))
        {
            await Task.Yield();
        }
    }

    private DemoProcess Start(params string[] arguments) => new(["--etcd", Endpoint, .. arguments]);

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var tool = Start(arguments);
        return await tool.EndAsync();
    }
}
