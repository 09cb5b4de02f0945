using System.CommandLine;
using System.CommandLine.Parsing;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Cron;
using Coordination.Demo.Holding;

namespace Coordination.Demo.Elect;

/// <summary>The command <c>elect</c>: runs a command only while leading, or shows who leads.</summary>
internal sealed class ElectCommand(EtcdConnection connection, TrailingCommand trailing)
{
    private readonly HoldOptions _hold = new(isTalkative: true);
    private readonly Argument<string> _name = new("name") { Description = "The election: the keys below name/ in etcd. The same as in 'etcdctl elect'." };

    private readonly Argument<string?> _value = new("value")
    {
        Description = "What is proclaimed while leading. Default: machine:process id.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _observe = new("--observe") { Description = "Do not campaign; print who leads, now and at every change, until Ctrl-C." };
    private readonly Option<Duration> _ttl = CronOptions.Span("--ttl", TimeSpan.FromSeconds(10), 2, 3600, "How long a crashed leader is still the leader.");
    private readonly Option<int> _priority = CronOptions.Number("--priority", 0, -1000, 1000, "The larger is preferred, and takes over gracefully.");
    private readonly Option<string?> _candidate = new("--candidate") { Description = "The candidate's name, which a transfer can use. Default: machine:process id.", HelpName = "name" };
    private readonly Option<string?> _transfer = new("--transfer") { Description = "Do not campaign; ask the leader to hand over to the candidate of that name.", HelpName = "candidate" };
    private readonly Option<Duration> _wait = CronOptions.Span("--wait", TimeSpan.FromSeconds(60), 0.1, 3600, "With --transfer: how long the leader may take.");
    private readonly Option<bool> _once = new("--once") { Description = "When the leadership is lost or taken over, end (exit code 4) instead of campaigning again." };

    public Command Create()
    {
        var command = new Command(
            "elect",
            """
            Runs a command on one machine at a time: only while this process leads an election.

            When elected the command is started; when it ends, the leadership is resigned and its exit code is passed on. When the leadership is lost or to be
            handed over, the command gets SIGTERM, after the grace period SIGKILL, and this process campaigns again (--once: it ends with exit code 4).
            Ctrl-C and SIGTERM are passed on and stop the command the same way. The leadership is given back only after the command has ended.

            The command's environment: COORDINATION_ELECTION, COORDINATION_TERM (larger than in every term before: use it as a fencing token),
            COORDINATION_KEY (it exists with the term as its create revision as long as the term lasts), COORDINATION_LEASE, COORDINATION_VALUE.
            What happens is printed on the standard error, or appended to the file of --report; the standard output is the command's. SIGHUP, SIGQUIT, SIGUSR1
            and SIGUSR2 are passed on to it.

            Examples:
              coordination elect /jobs/report web-7 -- ./report.sh --all
              coordination elect --observe /jobs/report
              coordination elect --transfer web-8 /jobs/report

            Exit codes: the command's own (128 + n when signal n ended it), 2 wrong command line, 3 etcd cannot be used, 4 lost with --once, 127 the command
            cannot be started, 130 interrupted. With --transfer: 0 that candidate leads, 1 it does not: there is none
            of that name, a candidate of another program leads before it, or --wait is over.
            """)
        {
            _name, _value, _observe, _transfer, _wait, _ttl, _priority, _candidate, _once,
        };
        _hold.AddTo(command);
        trailing.BelongsTo(command);
        command.Check(Validate);
        command.SetAction((result, interrupted) => trailing.UnlessMissingAsync(
            connection.Terminal,
            () => _hold.ReportAsync(
                result, connection.Terminal, report => report with { Election = result.GetRequiredValue(_name) }, reporter => RunAsync(result, reporter, interrupted))));
        return command;
    }

    private void Validate(CommandResult result)
    {
        var takesPart = !result.GetValue(_observe) && result.GetValue(_transfer) is null;
        if (takesPart && trailing.Words.IsEmpty)
        {
            result.AddError($"elect: {GuardedProcess.Problem([])}; write for example: elect {result.GetValue(_name) ?? "name"} -- ./job.sh");
        }
        else if (!takesPart && !trailing.Words.IsEmpty)
        {
            result.AddError("elect: --observe and --transfer run no command; leave out what follows --.");
        }

        try
        {
            Elections.ElectionKeys.CheckName(result.GetValue(_name) ?? "");
        }
        catch (ArgumentException error)
        {
            result.AddError($"elect: {ArgumentText.Of(error)}");
        }
    }

    private Task<int> RunAsync(ParseResult result, HoldReporter reporter, CancellationToken interrupted) => connection.RunSystemAsync(
        result,
        new CoordinationOptions { Name = "elect", SessionTtl = result.GetRequiredValue(_ttl).Value, Elections = new ElectionOptions { DrainTimeout = TimeSpan.FromHours(1) } },
        async system =>
        {
            await system.WaitUntilReadyAsync(connection.CommandTimeout(result), interrupted).ConfigureAwait(false);
            var settings = Read(result);
            return result.GetValue(_observe) ? await ObserveAsync(system, settings, reporter, interrupted).ConfigureAwait(false)
                : result.GetValue(_transfer) is { } target ? await TransferAsync(system, settings, reporter, target, interrupted).ConfigureAwait(false)
                : await new ElectRun(system, settings, reporter, connection.Terminal).RunAsync(interrupted).ConfigureAwait(false);
        },
        interrupted);

    private ElectSettings Read(ParseResult result) => new(
        result.GetRequiredValue(_name),
        result.GetValue(_value) ?? new CoordinationOptions().Owner,
        new HeldCommand(trailing.Words, _hold.Grace(result), trailing.Signals),
        new CampaignOptions { Name = result.GetValue(_candidate), Priority = result.GetRequiredValue(_priority) },
        result.GetValue(_once),
        result.GetRequiredValue(_wait).Value);

    private static async Task<int> ObserveAsync(CoordinationSystem system, ElectSettings settings, HoldReporter reporter, CancellationToken interrupted)
    {
        await foreach (var changed in system.Election(settings.Election).ObserveAsync(interrupted).ConfigureAwait(false))
        {
            reporter.Print(Console.Out, changed.Leader is null ? "none" : "leader", report => changed.Leader is not { } leader
                ? report with { Revision = changed.Revision }
                : report with { Revision = changed.Revision, Value = leader.Value.ToString(), Term = leader.Term, Key = leader.Key.ToString(), Lease = leader.Lease.ToString() });
        }

        return ExitCode.Ok;
    }

    private async Task<int> TransferAsync(CoordinationSystem system, ElectSettings settings, HoldReporter reporter, string target, CancellationToken interrupted)
    {
        var election = system.Election(settings.Election);
        if (!await election.RequestTransferAsync(target, interrupted).ConfigureAwait(false))
        {
            var names = (await election.GetCandidatesAsync(interrupted).ConfigureAwait(false)).Select(c => c.Name ?? $"({c.Key}, of another program)").ToList();
            connection.Terminal.Say($"there is no candidate '{target}'; there {(names.Count == 0 ? "is none" : $"are: {string.Join(", ", names)}")}");
            return ExitCode.CheckFailed;
        }

        // The wish lives as long as this process: wait until it is fulfilled, or cannot be any more.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        limit.CancelAfter(settings.TransferLimit);
        try
        {
            await foreach (var changed in election.ObserveAsync(limit.Token).ConfigureAwait(false))
            {
                var line = await election.GetCandidatesAsync(limit.Token).ConfigureAwait(false);
                if (TransferNews.IsDone(line, target))
                {
                    reporter.Print(Console.Out, "leader", report => report with { Value = line[0].Value.ToString(), Term = line[0].CreateRevision });
                    return ExitCode.Ok;
                }

                if (TransferNews.WhyNever(line, target) is { } why)
                {
                    connection.Terminal.Say(why);
                    return ExitCode.CheckFailed;
                }
            }
        }
        catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
        {
            var line = await election.GetCandidatesAsync(interrupted).ConfigureAwait(false);
            if (!TransferNews.IsDone(line, target))
            {
                connection.Terminal.Say($"not done within {new Duration(settings.TransferLimit)}, and not asked for any longer: {TransferNews.Stand(line, target)}");
                return ExitCode.CheckFailed;
            }
        }

        return ExitCode.Ok;
    }
}
