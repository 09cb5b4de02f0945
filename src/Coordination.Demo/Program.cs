using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Demo.Cron;
using Coordination.Demo.Cron.Workers;
using Coordination.Demo.Elect;
using Coordination.Demo.Etcd;
using Coordination.Demo.Greeter;
using Coordination.Demo.Services;

// What follows -- belongs to the command that is run, also when it looks like ours.
var (own, trailing) = TrailingCommand.Split(args, ElectCommand.Name);
var root = new RootCommand(
    """
    Coordination: distributed locks for .NET on etcd. Without a command it runs the demo: workers compete for cron jobs, one of them is
    killed in the middle of a job, and a ledger proves that each job ran on one worker at a time.

    Examples:
      coordination --duration 20s
      coordination --etcd http://127.0.0.1:2379 --processes --workers 4
      coordination --json --duration 10s | jq .ledger

    Exit codes: 0 the check holds, 1 it does not, 2 wrong command line, 3 etcd cannot be used, 130 interrupted. Commands that run until Ctrl-C
    (etcd serve, greeter serve, greeter call without --count, discover, register) end with 0 then.
    """);
new CronCommand().AddTo(root);
root.Subcommands.Add(EtcdCommand.Create());
root.Subcommands.Add(GreeterCommand.Create());
root.Subcommands.Add(new DiscoverCommand().Create());
root.Subcommands.Add(new RegisterCommand().Create());
root.Subcommands.Add(WorkerCommand.Create());
root.Subcommands.Add(ElectCommand.Create(trailing));

var result = root.Parse(own);
if (result.Errors.Count > 0)
{
    foreach (var error in result.Errors)
    {
        await Console.Error.WriteLineAsync($"coordination: {error.Message}").ConfigureAwait(false);
    }

    await Console.Error.WriteLineAsync("Try 'coordination --help'.").ConfigureAwait(false);
    return ExitCode.Usage;
}

using var telemetry = Telemetry.FromEnvironment();

// Ctrl-C and SIGTERM release everything first; that is bounded by the stop timeouts, and by the grace period of a command that is run.
var limit = trailing.Length > 0 ? TimeSpan.FromHours(2) : TimeSpan.FromSeconds(40);
return await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = limit }).ConfigureAwait(false);
