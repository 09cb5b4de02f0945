using System.CommandLine;
using System.Text.Json;
using Coordination.Demo.Cli;
using Coordination.Demo.Cli.Connection;

namespace Coordination.Demo.Cron.Workers;

/// <summary>The hidden command that a <see cref="WorkerProcess"/> runs.</summary>
internal static class WorkerCommand
{
    public const string Name = "cron-worker";

    public static Command Create(EtcdConnection connection)
    {
        var worker = new Argument<string>("name");
        var options = new CronOptions();
        var run = new Option<string>("--run") { Required = true };
        var start = new Option<long>("--start-ticks") { Required = true };
        var command = new Command(Name, "One worker of the demo; used by --processes.") { worker, run, start };
        command.Hidden = true;
        options.AddTo(command);
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(worker),
            options.Read(result, connection.Read(result), result.GetRequiredValue(run), result.GetRequiredValue(start)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, CronSettings settings, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = Console.Out;
        await using var worker = new InProcessWorker(name, settings, e =>
        {
            lock (output)
            {
                output.WriteLine(JsonSerializer.Serialize(e, WorkerEventJson.Default.WorkerEvent));
                output.Flush();
            }
        });
        await UntilInputEndsAsync(stopping.Token).ConfigureAwait(false);
        await worker.StopAsync().ConfigureAwait(false);
        return cancellationToken.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Ok;
    }

    private static async Task UntilInputEndsAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await Console.In.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is not null)
            {
                // Nothing is ever said on it; only its end matters.
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C or SIGTERM: the same end.
        }
    }
}
