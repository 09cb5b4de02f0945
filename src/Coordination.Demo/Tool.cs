using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;
using Coordination.Demo.Cluster;
using Coordination.Demo.Completion;
using Coordination.Demo.Cron;
using Coordination.Demo.Cron.Workers;
using Coordination.Demo.Dashboard;
using Coordination.Demo.Dashboard.Top;
using Coordination.Demo.Elect;
using Coordination.Demo.Etcd;
using Coordination.Demo.Greeter;
using Coordination.Demo.Kv;
using Coordination.Demo.Leases;
using Coordination.Demo.Locking;
using Coordination.Demo.Services;
using Coordination.Demo.Watching;

namespace Coordination.Demo;

/// <summary>The command-line tool: all commands, one run.</summary>
internal static class Tool
{
    /// <summary>Ctrl-C and SIGTERM release everything first; that is bounded by the stop timeouts.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        if (UndecodedArguments.Problem(args) is { } undecoded)
        {
            terminal.Say(undecoded);
            return ExitCode.Usage;
        }

        using var trailing = new TrailingCommand();
        using var help = new StringWriter();
        var root = Root(terminal, trailing);
        var result = root.Parse(trailing.TakeFrom(root, args));
        try
        {
            string[] problems =
            [
                .. UnknownOptions.In(result).Select(option => $"'{option}' is no option of '{CommandLine(result)}'; a value that begins with -- comes after --."),
                .. result.Errors.Select(error => error.Message),
            ];
            if (problems.Length > 0)
            {
                foreach (var problem in problems)
                {
                    terminal.Say(problem);
                }

                await terminal.Error.WriteLineAsync($"Try '{CommandLine(result)} --help'.").ConfigureAwait(false);
                return ExitCode.Usage;
            }

            if (!GoesOn(result, trailing))
            {
                return await InvokeAsync(result, trailing, help, cancellationToken).ConfigureAwait(false);
            }

            // As with any filter: when nobody reads any more, that is the end, and nothing to be told.
            var nobodyReads = terminal.WatchOutput();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, nobodyReads);
            var code = await InvokeAsync(result, trailing, help, end.Token).ConfigureAwait(false);
            return code == ExitCode.Interrupted && nobodyReads.IsCancellationRequested ? ExitCode.Ok : code;
        }
        catch (UsageException error)
        {
            terminal.Say(error.Message);
            return ExitCode.Usage;
        }
        finally
        {
            // Help and completions; the program file has a longer name than the tool.
            terminal.Write(help.ToString().Replace(RootCommand.ExecutableName, "coordination", StringComparison.Ordinal));
            terminal.Flush();
        }
    }

    /// <summary>All commands. What follows <c>--</c> belongs to the command that is run, also when it looks like ours.</summary>
    public static RootCommand Root(Terminal terminal, TrailingCommand trailing)
    {
        var root = new RootCommand(
            """
            Coordination: distributed locks for .NET on etcd. Without a command it runs the demo: workers compete for cron jobs, one of them is
            killed in the middle of a job, and a ledger proves that each job ran on one worker at a time.

            Examples:
              coordination --duration 20s
              coordination --etcd http://127.0.0.1:2379 --processes --workers 4
              coordination --json --duration 10s | jq .ledger
              coordination kv put /config/limit 10 --etcd http://127.0.0.1:2379
              coordination lock /jobs/backup --try -- ./backup.sh
              coordination dashboard --etcd http://127.0.0.1:2379

            Exit codes: 0 the check holds, 1 it does not, 2 wrong command line, 3 etcd cannot be used, 130 interrupted. Commands that run until Ctrl-C
            (etcd serve, greeter serve, greeter call without --count, dashboard, top, discover, register, watch, lease keep-alive) end with 0 then.
            """);
        var connection = new EtcdConnection(terminal);
        connection.AddTo(root);
        new CronCommand(connection).AddTo(root);
        Command[] commands =
        [
            new LockCommand(connection, trailing).Create(),
            new ElectCommand(connection, trailing).Create(),
            KvCommand.Create(connection),
            LeaseCommand.Create(connection),
            new WatchCommand(connection, trailing).Create(),
            CompactCommand.Create(connection),
            EndpointCommand.Create(connection),
            MemberCommand.Create(connection),
            new DiscoverCommand(connection).Create(),
            new RegisterCommand(connection).Create(),
            new DashboardCommand(connection).Create(),
            new TopCommand(connection).Create(),
            GreeterCommand.Create(connection),
            EtcdCommand.Create(),
            CompletionCommand.Create(terminal),
            WorkerCommand.Create(connection),
        ];
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        ShortHelp.Use(root);
        return root;
    }

    /// <summary>
    /// Whether it is a command that prints until it is stopped. Others end by themselves, and what they do is done whoever reads of it; with a command of the user's
    /// the output is that command's.
    /// </summary>
    private static bool GoesOn(ParseResult result, TrailingCommand trailing) => result.CommandResult.Command switch
    {
        RootCommand => true,
        { Name: "watch" } => true,
        { Name: "elect" } => trailing.Words.IsEmpty && result.GetValue<bool>("--observe"),
        { Name: "discover" or "register" or "keep-alive" or "serve" or "call" or "dashboard" or "top" } => true,
        _ => false,
    };

    private static async Task<int> InvokeAsync(ParseResult result, TrailingCommand trailing, TextWriter help, CancellationToken cancellationToken)
    {
        if (trailing.Words.IsEmpty)
        {
            return await result.InvokeAsync(new InvocationConfiguration { Output = help, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopLimit }, cancellationToken).ConfigureAwait(false);
        }

        // Whoever runs a command must know with which signal it was asked to stop, and bounds the stop by the command's grace period.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, trailing.Signals.Listen().Stopping);
        return await result.InvokeAsync(new InvocationConfiguration { Output = help, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token).ConfigureAwait(false);
    }

    private static string CommandLine(ParseResult result)
    {
        var names = new Stack<string>();
        for (var command = result.CommandResult; command.Command is not RootCommand; command = (System.CommandLine.Parsing.CommandResult)command.Parent!)
        {
            names.Push(command.Command.Name);
        }

        return string.Join(' ', names.Prepend("coordination"));
    }
}
