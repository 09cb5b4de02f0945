using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Holding;

/// <summary>
/// Stops a command when the process that watches over it cannot: because it has died, or is frozen (SIGSTOP, Ctrl-Z) for longer than the claim lives. A little shell
/// outlives this process and learns of its death by the end of a pipe; it also sleeps until the claim is over. Each time the claim is renewed the shell is replaced by one
/// that sleeps longer, and the old one goes only when the new one is there. Where the whole machine is paused the command is, too.
/// Needs <c>setsid</c> and <c>sh</c>, as on every Linux; elsewhere there is none.
/// </summary>
internal sealed class DeadMansSwitch : IDisposable
{
    /// <summary>How much later than the claim's end it acts: who is not frozen comes first. The claim ends at least 250 ms before anybody else can have it.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Forever = TimeSpan.FromDays(1000);

    // $1: until the claim is over. $2: the command's group; 0 while it is not known. $3: the grace period. $4: the mark.
    // Descriptor 3 ends when this process dies. Then the command has the grace period, but never longer than the claim: what is left then is killed at once. A process
    // that is only frozen may still wake up, so its command has its grace after the claim. Nothing may be written: the other ends of the streams may be gone.
    private const string Script =
        """
        exec 3<&0 </dev/null >/dev/null 2>&1
        group=$2 grace=$3 mark=$4
        signal() {
            [ "$group" = 0 ] || kill -"$1" -"$group"
            for found in $(grep -lsF "$mark" /proc/[0-9]*/environ); do
                found=${found%/environ}
                read -r status <"$found/stat" || continue
                outside "$1" "${found#/proc/}" ${status##*) }
            done
        }
        outside() { [ "$5" = "$group" ] || kill -"$1" "$2"; }
        end() {
            for round in 1 2 3 4 5; do signal KILL; sleep 0.05; done
            kill -KILL 0
        }
        { read -r _ <&3; signal TERM; sleep "$grace"; end; } &
        sleep "$1"
        signal TERM
        { read -r _ <&3; end; } &
        sleep "$grace"
        end
        """;

    private readonly CommandMark _mark;
    private readonly Func<TimeSpan> _validFor;
    private readonly TimeSpan _grace;
    private readonly AutoResetEvent _look = new(false);
    private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _standsBy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile int _group;
    private volatile bool _isLost;
    private volatile bool _isOver;

    private DeadMansSwitch(CommandMark mark, Func<TimeSpan> validFor, TimeSpan grace)
    {
        _mark = mark;
        _validFor = validFor;
        _grace = grace;

        // A thread of its own, because it must not wait for one of the pool.
        _thread = new Thread(Run) { IsBackground = true, Name = "dead man's switch" };
        _thread.Start();
    }

    /// <summary>A switch for a command that will be started with this mark and in a group of its own; null where there are no groups.</summary>
    public static DeadMansSwitch? For(CommandMark mark, Func<TimeSpan> validFor, TimeSpan grace) =>
        GuardedProcess.HasGroup && GuardedProcess.FindOnPath("sh") is not null ? new DeadMansSwitch(mark, validFor, grace) : null;

    /// <summary>Completes when the first shell is there: before that the command is not to be started. Fails with a <see cref="Win32Exception"/> when it cannot be started.</summary>
    public Task Armed => _armed.Task;

    /// <summary>The command is there. Until the next shell knows its group, it is found by its mark alone.</summary>
    public void Guard(GuardedProcess command)
    {
        _group = command.Id;
        _look.Set();
    }

    /// <summary>The claim is lost and this process stops the command. From when it completes, only the death of this process makes a shell act, and then at once.</summary>
    public Task StandByAsync()
    {
        _isLost = true;
        _look.Set();
        return _standsBy.Task;
    }

    /// <summary>Nobody is stopped any more. When it returns, no shell is left.</summary>
    public void Dispose()
    {
        _isOver = true;
        _look.Set();
        _thread.Join();
    }

    private void Run()
    {
        Process? shell = null;
        var sleepsUntil = TimeSpan.Zero;
        var knownGroup = 0;
        var start = TimeProvider.System.GetTimestamp();
        while (!_isOver)
        {
            var (rest, group, isLost) = (_validFor(), _group, _isLost);
            var until = isLost ? TimeSpan.MaxValue : TimeProvider.System.GetElapsedTime(start) + rest;

            // Zero: it is lost, and this process is awake to see to it.
            if (isLost ? sleepsUntil != until : rest > TimeSpan.Zero && (until > sleepsUntil + Interval || group != knownGroup))
            {
                try
                {
                    // A command that has only just been started, if at all, needs no grace.
                    var next = isLost ? Shell(Forever, group, TimeSpan.Zero) : Shell(rest + Lateness, group, group == 0 ? TimeSpan.Zero : _grace);
                    End(shell);
                    (shell, sleepsUntil, knownGroup) = (next, until, group);
                }
                catch (Win32Exception error)
                {
                    // No more processes at the moment. The one that is there stays, which is the safe side: it stops the command when its time is over.
                    _armed.TrySetException(error);
                }
            }

            _armed.TrySetResult();
            if (isLost)
            {
                _standsBy.TrySetResult();
            }

            _look.WaitOne(Interval);
        }

        End(shell);
        _standsBy.TrySetResult();
    }

    private static void End(Process? shell)
    {
        if (shell is not null)
        {
            // Before its pipe is closed, which it would take for our death.
            if (!UnixSignal.SendToGroup(shell.Id, UnixSignal.Kill))
            {
                // It has not got its group yet.
                UnixSignal.Send(shell.Id, UnixSignal.Kill);
            }

            shell.WaitForExit();
            shell.Dispose();
        }
    }

    private Process Shell(TimeSpan time, int group, TimeSpan grace)
    {
        string[] words =
        [
            .. GuardedProcess.OwnGroup, "sh", "-c", Script, "sh",
            Seconds(time), group.ToString(CultureInfo.InvariantCulture), Seconds(grace), _mark.Entry,
        ];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // When this process is itself a command of another one, its shells are not to be taken for a part of that command: they have to outlive it.
        start.Environment.Remove(CommandMark.Variable);
        return Process.Start(start)!;
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000}");
}
