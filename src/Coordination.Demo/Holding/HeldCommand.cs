using System.Collections.Immutable;
using System.ComponentModel;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Holding;

/// <summary>A command that runs only while something is held.</summary>
/// <param name="Words">The program and its arguments.</param>
/// <param name="Grace">How long it may take to stop.</param>
/// <param name="Signals">Where signals for it come from.</param>
internal sealed record HeldCommand(ImmutableArray<string> Words, TimeSpan Grace, SignalRelay Signals)
{
    /// <summary>Runs it until it ends, or until it is to stop; then it gets a signal, and after the grace period SIGKILL.</summary>
    /// <param name="environment">What it is told about what is held.</param>
    /// <param name="validFor">How long the claim is good without another renewal. When this process is frozen and cannot renew it, the command is stopped after that all the same.</param>
    /// <param name="reporter">Told what happens.</param>
    /// <param name="why">Asked when it is to stop: the event (lost, stopping) and the reason.</param>
    /// <param name="stop">It is to stop.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public async Task<HeldOutcome> RunAsync(
        IReadOnlyDictionary<string, string> environment, Func<TimeSpan> validFor, HoldReporter reporter, Func<(string Event, string? Reason)> why, CancellationToken stop)
    {
        var mark = new CommandMark();
        using var switched = DeadMansSwitch.For(mark, validFor, Grace);
        await (switched?.Armed ?? Task.CompletedTask).ConfigureAwait(false);
        using var child = await GuardedProcess.StartAsync(Words, mark, environment).ConfigureAwait(false);
        switched?.Guard(child);
        using var signals = Signals.PassTo(child);
        reporter.Say("started", report => report with { ProcessId = child.Id });
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(_ => stopping.TrySetResult(), null).ConfigureAwait(false);
        await Task.WhenAny(child.Exited, stopping.Task).ConfigureAwait(false);
        var wasStopped = !child.Exited.IsCompleted;
        if (wasStopped)
        {
            var (happened, reason) = why();
            reporter.Say(happened, report => report with { Reason = reason });

            // From here on this process sees to it. When it was only asked to stop, the claim goes on, and so does what watches over it.
            if (happened == "lost" && switched is not null)
            {
                await switched.StandByAsync().ConfigureAwait(false);
            }

            if (!await child.StopAsync(Grace, happened == "lost" ? UnixSignal.Terminate : Signals.StopSignal).ConfigureAwait(false))
            {
                reporter.Say("killed");
            }
        }

        var code = await child.Exited.ConfigureAwait(false);
        reporter.Say("exited", report => report with { ExitCode = code });
        if (!wasStopped && validFor() <= TimeSpan.Zero)
        {
            // This process was frozen, and the switch has stopped it; or it ended by itself, and nothing protected what it did last.
            wasStopped = true;
            reporter.Say("lost", report => report with { Reason = why().Reason });
        }

        return new HeldOutcome(code, wasStopped);
    }
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + n when signal n ended it.</param>
/// <param name="WasStopped">Whether it was told to, and did not end by itself; also when what it needed was lost before its end.</param>
internal readonly record struct HeldOutcome(int ExitCode, bool WasStopped);
