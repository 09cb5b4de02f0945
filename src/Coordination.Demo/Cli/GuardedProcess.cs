using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace Coordination.Demo.Cli;

/// <summary>
/// A command that may only run while something is held. It gets this process's standard streams and, where the system has <c>setsid</c>, a process group
/// of its own, so that a Ctrl-C in the terminal does not reach it before us and a signal reaches everything that it started. What it started and left the group is found
/// by its mark. It is stopped by SIGTERM, and by SIGKILL when that takes too long. Where the system has <c>setpriv</c> it is also killed when this process dies,
/// because then nothing is held.
/// </summary>
internal sealed class GuardedProcess : IDisposable
{
    private const int KillRounds = 10;

    private readonly Process _process = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CommandMark _mark;

    private GuardedProcess(ImmutableArray<string> command, CommandMark mark, IReadOnlyDictionary<string, string> environment)
    {
        _mark = mark;
        ImmutableArray<string> wrapped = [.. OwnGroup, .. DiesWithUs, .. command];
        var start = new ProcessStartInfo(wrapped[0]) { UseShellExecute = false };
        foreach (var argument in wrapped.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment[CommandMark.Variable] = mark.Value;
        _process.StartInfo = start;
    }

    /// <summary>What a command line begins with to get a group of its own; nothing where the system cannot do that.</summary>
    internal static ImmutableArray<string> OwnGroup { get; } = !OperatingSystem.IsWindows() && FindOnPath("setsid") is not null ? ["setsid"] : [];

    /// <summary>Its exit code, when it has ended; 128 and the signal's number when a signal ended it.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Its process id, and the id of its group, if it has one.</summary>
    public int Id => _process.Id;

    /// <summary>Whether commands have a process group of their own.</summary>
    public static bool HasGroup => !OwnGroup.IsEmpty;

    private static ImmutableArray<string> DiesWithUs => OperatingSystem.IsLinux() && FindOnPath("setpriv") is not null ? ["setpriv", "--pdeathsig", "KILL"] : [];

    /// <summary>Why a command cannot be started, as far as that can be seen before; null when nothing speaks against it.</summary>
    public static string? Problem(ImmutableArray<string> command) => command.IsEmpty ? "there is no command after --"
        : FindOnPath(command[0]) is null ? $"the command '{command[0]}' is not found, or is not executable" : null;

    /// <summary>Starts a command.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="mark">What it and all that it starts are known by.</param>
    /// <param name="environment">What is added to this process's environment.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static async Task<GuardedProcess> StartAsync(ImmutableArray<string> command, CommandMark mark, IReadOnlyDictionary<string, string> environment)
    {
        var child = new GuardedProcess(command, mark, environment);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // A thread of its own: the kernel takes the end of the thread that started it for the death of the parent.
        new Thread(() => child.Run(started)) { IsBackground = true, Name = "guarded process" }.Start();
        try
        {
            await started.Task.ConfigureAwait(false);
            return child;
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    /// <summary>Stops it: a signal, then SIGKILL when it has not ended within the grace period. Completes when it has ended.</summary>
    /// <param name="grace">How long it may take to stop by itself.</param>
    /// <param name="signal">What it is asked with.</param>
    /// <returns>Whether it ended within the grace period.</returns>
    public async Task<bool> StopAsync(TimeSpan grace, int signal)
    {
        Send(signal);
        _mark.SendOutside(Id, signal);
        try
        {
            await Exited.WaitAsync(grace, TimeProvider.System).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited.ConfigureAwait(false);
            return false;
        }
        finally
        {
            // What it started and left behind goes too. Twice at least, because what is killed may just have started another one.
            if (HasGroup)
            {
                UnixSignal.SendToGroup(Id, UnixSignal.Kill);
            }

            for (var round = 0; round < KillRounds && _mark.SendOutside(Id, UnixSignal.Kill); round++)
            {
            }
        }
    }

    public void Dispose() => _process.Dispose();

    internal static string? FindOnPath(string program)
    {
        if (program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return IsExecutable(program) ? program : null;
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => OperatingSystem.IsWindows() ? (string[])[Path.Combine(folder, program), Path.Combine(folder, program + ".exe")] : [Path.Combine(folder, program)])
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode Anybody = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Anybody) != 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A link that leads nowhere exists as a file does, and has no mode.
            return false;
        }
    }

    private void Run(TaskCompletionSource started)
    {
        try
        {
            _process.Start();
            started.SetResult();
            _process.WaitForExit();
            _exited.SetResult(_process.ExitCode);
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            if (!started.TrySetException(error))
            {
                _exited.TrySetException(error);
            }
        }
    }

    /// <summary>Sends a signal to it and to everything in its group; without effect when it has ended.</summary>
    public void Send(int signal)
    {
        if (Exited.IsCompleted)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            // There is no polite way to a process without a window.
            _process.Kill(entireProcessTree: true);
        }
        else if (!HasGroup || !UnixSignal.SendToGroup(_process.Id, signal))
        {
            // No group, or it has not got it yet.
            UnixSignal.Send(_process.Id, signal);
        }
    }

    private void Kill()
    {
        if (HasGroup)
        {
            Send(UnixSignal.Kill);
        }

        if (!Exited.IsCompleted)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended meanwhile.
            }
        }
    }
}
