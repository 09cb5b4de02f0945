using System.ComponentModel;
using System.Globalization;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Elect;

/// <summary>Runs the command in each term, until it ends by itself.</summary>
internal sealed class ElectRun(CoordinationSystem system, ElectSettings settings)
{
    private int? _exitCode;

    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        Say("waiting", report => report with { Value = settings.Value.ToString() });
        try
        {
            await system.Election(settings.Election).RunWhileLeaderAsync(
                settings.Value, (leadership, stop) => RunTermAsync(leadership, end, stop), settings.Campaign, end.Token).ConfigureAwait(false);
        }
        catch (Win32Exception error)
        {
            await Console.Error.WriteLineAsync($"coordination: the command '{settings.Command[0]}' cannot be started: {error.Message}").ConfigureAwait(false);
            return ExitCode.NotStarted;
        }
        catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
        {
            return _exitCode ?? ExitCode.Lost;
        }

        Say("resigned", report => report);
        return _exitCode ?? ExitCode.Interrupted;
    }

    private async Task RunTermAsync(Leadership leadership, CancellationTokenSource end, CancellationToken stop)
    {
        ElectReport WithTerm(ElectReport report) => report with { Term = leadership.Term };
        Say("elected", report => WithTerm(report) with { Key = leadership.Key.ToString(), Lease = leadership.Lease.ToString() });
        using var child = await GuardedProcess.StartAsync(settings.Command, Environment(leadership)).ConfigureAwait(false);
        Say("started", report => WithTerm(report) with { ProcessId = child.Id });
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(_ => stopping.TrySetResult(), null).ConfigureAwait(false);
        await Task.WhenAny(child.Exited, stopping.Task).ConfigureAwait(false);
        if (!child.Exited.IsCompleted)
        {
            var isLost = leadership.Lost.IsCancellationRequested;
            Say(isLost ? "lost" : "stopping", report => WithTerm(report) with
            {
                Reason = isLost ? leadership.LossReason?.ToString() : leadership.StepDownRequested.IsCancellationRequested ? "HandOver" : "Interrupted",
            });
            if (!await child.StopAsync(settings.Grace).ConfigureAwait(false))
            {
                Say("killed", WithTerm);
            }

            var code = await child.Exited.ConfigureAwait(false);
            Say("exited", report => WithTerm(report) with { ExitCode = code });
            if (settings.Once)
            {
                await end.CancelAsync().ConfigureAwait(false);
            }

            throw new OperationCanceledException(stop);
        }

        _exitCode = await child.Exited.ConfigureAwait(false);
        Say("exited", report => WithTerm(report) with { ExitCode = _exitCode });
        if (stop.IsCancellationRequested)
        {
            // It ended by itself while it was to be stopped: done, and not to be run again.
            await end.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
    }

    private Dictionary<string, string> Environment(Leadership leadership) => new()
    {
        ["COORDINATION_ELECTION"] = settings.Election,
        ["COORDINATION_TERM"] = leadership.Term.ToString(CultureInfo.InvariantCulture),
        ["COORDINATION_KEY"] = leadership.Key.ToText(),
        ["COORDINATION_LEASE"] = leadership.Lease.ToString(),
        ["COORDINATION_VALUE"] = settings.Value.ToText(),
    };

    private void Say(string happened, Func<ElectReport, ElectReport> with) => settings.Print(Console.Error, with(ElectReport.Now(happened, settings.Election)));
}
