using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Coordination.Demo.Cli;
using Coordination.Demo.Cron;
using Coordination.Etcd;

namespace Coordination.Demo.Elect;

/// <summary>The command <c>elect</c>: runs a command only while leading, or shows who leads.</summary>
internal sealed class ElectCommand
{
    public const string Name = "elect";

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(5);

    private readonly ImmutableArray<string> _trailing;
    private readonly Argument<string> _name = new("name") { Description = "The election: the keys below name/ in etcd. The same as in 'etcdctl elect'." };

    private readonly Argument<string?> _value = new("value")
    {
        Description = "What is proclaimed while leading. Default: machine:process id.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<ImmutableArray<Uri>> _etcd = new("--etcd")
    {
        Description = "The etcd to use: http://host:port, several with commas between.",
        HelpName = "URL[,URL…]",
        DefaultValueFactory = _ => [new Uri("http://127.0.0.1:2379")],
        CustomParser = ParseEndpoints,
    };

    private readonly Option<bool> _observe = new("--observe") { Description = "Take no part; print who leads, now and at every change, until Ctrl-C." };
    private readonly Option<Duration> _ttl = CronOptions.Span("--ttl", TimeSpan.FromSeconds(10), 2, 3600, "How long a crashed leader is still the leader.");
    private readonly Option<Duration> _grace = CronOptions.Span("--grace", TimeSpan.FromSeconds(10), 0, 3600, "How long the command may take to stop after SIGTERM; then SIGKILL.");
    private readonly Option<int> _priority = CronOptions.Number("--priority", 0, -1000, 1000, "The larger is preferred, and takes over gracefully.");
    private readonly Option<string?> _candidate = new("--candidate") { Description = "The candidate's name, which a transfer can use. Default: machine:process id.", HelpName = "name" };
    private readonly Option<string?> _transfer = new("--transfer") { Description = "Take no part; ask the leader to hand over to the candidate of that name.", HelpName = "candidate" };
    private readonly Option<bool> _once = new("--once") { Description = "When the leadership is lost or taken over, end (exit code 4) instead of campaigning again." };
    private readonly Option<bool> _json = new("--json") { Description = "Print lines of JSON." };

    private ElectCommand(IEnumerable<string> trailing) => _trailing = [.. trailing];

    /// <param name="trailing">What follows <c>--</c> on the command line.</param>
    public static Command Create(IEnumerable<string> trailing)
    {
        var elect = new ElectCommand(trailing);
        var command = new Command(
            Name,
            """
            Runs a command on one machine at a time: only while this process leads an election.

            When elected the command is started; when it ends, the leadership is resigned and its exit code is passed on. When the leadership is lost or to be
            handed over, the command gets SIGTERM, after the grace period SIGKILL, and this process campaigns again (--once: it ends with exit code 4).
            Ctrl-C and SIGTERM stop the command the same way. The leadership is given back only after the command has ended.

            The command's environment: COORDINATION_ELECTION, COORDINATION_TERM (larger than in every term before: use it as a fencing token),
            COORDINATION_KEY (it exists with the term as its create revision as long as the term lasts), COORDINATION_LEASE, COORDINATION_VALUE.
            What happens is printed on the standard error; the standard output is the command's.

            Examples:
              coordination elect /jobs/report web-7 -- ./report.sh --all
              coordination elect --observe /jobs/report
              coordination elect --transfer web-8 /jobs/report

            Exit codes: the command's own (128 + n when signal n ended it), 2 wrong command line, 3 etcd cannot be used, 4 lost with --once, 127 the command
            cannot be started, 130 interrupted. With --transfer: 0 asked for, 1 no such candidate.
            """)
        {
            elect._name, elect._value, elect._etcd, elect._observe, elect._transfer, elect._ttl, elect._grace, elect._priority, elect._candidate, elect._once, elect._json,
        };
        command.Validators.Add(elect.Validate);
        command.SetAction(elect.RunAsync);
        return command;
    }

    private static ImmutableArray<Uri> ParseEndpoints(ArgumentResult result)
    {
        try
        {
            return [.. EndpointText.ParseList(result.Tokens[0].Value)];
        }
        catch (FormatException error)
        {
            result.AddError($"--etcd: {error.Message}");
            return [];
        }
    }

    private void Validate(CommandResult result)
    {
        var takesPart = !result.GetValue(_observe) && result.GetValue(_transfer) is null;
        if (takesPart && GuardedProcess.Problem(_trailing) is { } problem && _trailing.IsEmpty)
        {
            result.AddError($"elect: {problem}; write for example: elect {result.GetValue(_name) ?? "name"} -- ./job.sh");
        }
        else if (!takesPart && !_trailing.IsEmpty)
        {
            result.AddError("elect: --observe and --transfer run no command; leave out what follows --.");
        }

        try
        {
            Elections.ElectionKeys.CheckName(result.GetValue(_name) ?? "");
        }
        catch (ArgumentException error)
        {
            result.AddError($"elect: {error.Message}");
        }
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken interrupted)
    {
        var settings = Read(result);
        if (!settings.Command.IsEmpty && GuardedProcess.Problem(settings.Command) is { } problem)
        {
            await Console.Error.WriteLineAsync($"coordination: {problem}").ConfigureAwait(false);
            return ExitCode.NotStarted;
        }

        var system = CoordinationSystem.Start(new CoordinationOptions
        {
            Name = "elect",
            SessionTtl = result.GetRequiredValue(_ttl).Value,
            Elections = new ElectionOptions { DrainTimeout = TimeSpan.FromHours(1) },
            Etcd = new EtcdClientOptions { Endpoints = result.GetRequiredValue(_etcd), RequestTimeout = TimeSpan.FromSeconds(3), TimeProvider = SuspendAwareTimeProvider.Instance },
        });
        await using (system.ConfigureAwait(false))
        {
            try
            {
                await system.WaitUntilReadyAsync(ReadyLimit, interrupted).ConfigureAwait(false);
                return result.GetValue(_observe) ? await ObserveAsync(system, settings, interrupted).ConfigureAwait(false)
                    : result.GetValue(_transfer) is { } target ? await TransferAsync(system, settings, target, interrupted).ConfigureAwait(false)
                    : await new ElectRun(system, settings).RunAsync(interrupted).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
            catch (CoordinationException error)
            {
                await Console.Error.WriteLineAsync($"coordination: {error.Message}").ConfigureAwait(false);
                return ExitCode.Unavailable;
            }
        }
    }

    private ElectSettings Read(ParseResult result) => new(
        result.GetRequiredValue(_name),
        result.GetValue(_value) ?? new CoordinationOptions().Owner,
        _trailing,
        new CampaignOptions { Name = result.GetValue(_candidate), Priority = result.GetRequiredValue(_priority) },
        result.GetRequiredValue(_grace).Value,
        result.GetValue(_once),
        result.GetValue(_json));

    private static async Task<int> ObserveAsync(CoordinationSystem system, ElectSettings settings, CancellationToken interrupted)
    {
        await foreach (var changed in system.Election(settings.Election).ObserveAsync(interrupted).ConfigureAwait(false))
        {
            var report = ElectReport.Now(changed.Leader is null ? "none" : "leader", settings.Election) with { Revision = changed.Revision };
            settings.Print(Console.Out, changed.Leader is not { } leader
                ? report
                : report with { Value = leader.Value.ToString(), Term = leader.Term, Key = leader.Key.ToString(), Lease = leader.Lease.ToString() });
        }

        return ExitCode.Ok;
    }

    private static async Task<int> TransferAsync(CoordinationSystem system, ElectSettings settings, string target, CancellationToken interrupted)
    {
        var election = system.Election(settings.Election);
        if (!await election.RequestTransferAsync(target, interrupted).ConfigureAwait(false))
        {
            var names = (await election.GetCandidatesAsync(interrupted).ConfigureAwait(false)).Select(c => c.Name ?? $"({c.Key}, of another program)");
            await Console.Error.WriteLineAsync($"coordination: there is no candidate '{target}'; there are: {string.Join(", ", names)}").ConfigureAwait(false);
            return ExitCode.CheckFailed;
        }

        // The wish lives as long as this process: wait until it is fulfilled.
        await foreach (var changed in election.ObserveAsync(interrupted).ConfigureAwait(false))
        {
            if (await election.GetCandidatesAsync(interrupted).ConfigureAwait(false) is [var first, ..] && first.Name == target)
            {
                settings.Print(Console.Out, ElectReport.Now("leader", settings.Election) with { Value = first.Value.ToString(), Term = first.CreateRevision });
                break;
            }
        }

        return ExitCode.Ok;
    }
}
