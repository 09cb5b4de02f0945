using System.Diagnostics;
using System.Globalization;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Holding;

/// <summary>
/// Stops a command when the process that watches over it is frozen (SIGSTOP, Ctrl-Z) for longer than the claim lives. A little shell sleeps until then and would
/// stop the command; each time the claim is renewed it is replaced by one that sleeps longer. Where the whole machine is paused the command is, too.
/// Needs <c>setsid</c> and <c>sh</c>, as on every Linux; elsewhere there is none.
/// </summary>
internal sealed class DeadMansSwitch : IDisposable
{
    /// <summary>How much later than the claim's end it acts: who is not frozen comes first. The claim ends at least 250 ms before anybody else can have it.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly GuardedProcess _command;
    private readonly Func<TimeSpan> _validFor;
    private readonly TimeSpan _grace;
    private readonly ManualResetEventSlim _ended = new();
    private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    private DeadMansSwitch(GuardedProcess command, Func<TimeSpan> validFor, TimeSpan grace)
    {
        _command = command;
        _validFor = validFor;
        _grace = grace;

        // A thread of its own: the kernel takes the end of the thread that started a sleeper for the death of its parent.
        _thread = new Thread(Run) { IsBackground = true, Name = "dead man's switch" };
        _thread.Start();
    }

    /// <summary>A switch for a command that has a group of its own; else null.</summary>
    public static DeadMansSwitch? For(GuardedProcess command, Func<TimeSpan> validFor, TimeSpan grace) =>
        command.HasGroup && GuardedProcess.FindOnPath("sh") is not null ? new DeadMansSwitch(command, validFor, grace) : null;

    /// <summary>Completes when the first sleeper is there.</summary>
    public Task Armed => _armed.Task;

    /// <summary>Nobody is stopped any more. When it returns, no sleeper is left.</summary>
    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
    }

    private void Run()
    {
        Process? sleeper = null;
        var sleepsUntil = TimeSpan.Zero;
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            var rest = _validFor();
            var until = TimeProvider.System.GetElapsedTime(start) + rest;

            // Zero: it is lost, and this process is awake to see to it.
            if (rest > TimeSpan.Zero && until > sleepsUntil + Interval)
            {
                var next = Sleeper(rest + Lateness);
                End(sleeper);
                (sleeper, sleepsUntil) = (next, until);
            }

            _armed.TrySetResult();
        }
        while (!_ended.Wait(Interval));
        End(sleeper);
    }

    private static void End(Process? sleeper)
    {
        if (sleeper is not null)
        {
            if (!UnixSignal.SendToGroup(sleeper.Id, UnixSignal.Kill))
            {
                // It has not got its group yet.
                UnixSignal.Send(sleeper.Id, UnixSignal.Kill);
            }

            sleeper.WaitForExit();
            sleeper.Dispose();
        }
    }

    private Process Sleeper(TimeSpan time)
    {
        string[] words =
        [
            .. GuardedProcess.Wrappers(out _), "sh", "-c", "sleep \"$1\"; kill -TERM -\"$2\"; sleep \"$3\"; kill -KILL -\"$2\"", "sh",
            Seconds(time), _command.Id.ToString(CultureInfo.InvariantCulture), Seconds(_grace),
        ];
        return Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000}");
}
