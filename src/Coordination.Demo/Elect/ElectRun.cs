using System.ComponentModel;
using System.Globalization;
using Coordination.Demo.Cli;
using Coordination.Demo.Holding;

namespace Coordination.Demo.Elect;

/// <summary>Runs the command in each term, until it ends by itself.</summary>
internal sealed class ElectRun(CoordinationSystem system, ElectSettings settings, HoldReporter reporter, Terminal terminal)
{
    private int? _exitCode;

    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        reporter.Say("waiting", report => report with { Value = settings.Value.ToString() });
        try
        {
            await system.Election(settings.Election).RunWhileLeaderAsync(
                settings.Value, (leadership, stop) => RunTermAsync(leadership, end, stop), settings.Campaign, end.Token).ConfigureAwait(false);
        }
        catch (Win32Exception error)
        {
            terminal.Say($"the command '{settings.Command.Words[0]}' cannot be started: {error.Message}");
            return ExitCode.NotStarted;
        }
        catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
        {
            return _exitCode ?? ExitCode.Lost;
        }

        reporter.Say("resigned");
        return _exitCode ?? ExitCode.Interrupted;
    }

    private async Task RunTermAsync(ILeadership leadership, CancellationTokenSource end, CancellationToken stop)
    {
        reporter.Say("elected", report => report with { Term = leadership.Term, Key = leadership.Key.ToString(), Lease = leadership.Lease.ToString() });
        var (code, wasStopped) = await settings.Command.RunAsync(Environment(leadership), () => leadership.ValidFor, reporter, () => Why(leadership), stop).ConfigureAwait(false);
        if (!wasStopped)
        {
            _exitCode = code;
        }

        if (wasStopped ? settings.Once : stop.IsCancellationRequested)
        {
            // Not to be run again: that was asked for; or it ended by itself while it was to be stopped, so it is done.
            await end.CancelAsync().ConfigureAwait(false);
        }

        if (wasStopped)
        {
            // A loss is told to everybody, sooner or later.
            await stop.CancelledAsync().ConfigureAwait(false);
        }

        stop.ThrowIfCancellationRequested();
    }

    private static (string Event, string? Reason) Why(ILeadership leadership) => leadership.IsLeader
        ? ("stopping", leadership.StepDownRequested.IsCancellationRequested ? "HandOver" : "Interrupted")
        : ("lost", leadership.LossReason?.ToString());

    private Dictionary<string, string> Environment(ILeadership leadership) => new()
    {
        ["COORDINATION_ELECTION"] = settings.Election,
        ["COORDINATION_TERM"] = leadership.Term.ToString(CultureInfo.InvariantCulture),
        ["COORDINATION_KEY"] = leadership.Key.ToText(),
        ["COORDINATION_LEASE"] = leadership.Lease.ToString(),
        ["COORDINATION_VALUE"] = settings.Value.ToText(),
    };
}
