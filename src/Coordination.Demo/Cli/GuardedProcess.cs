using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace Coordination.Demo.Cli;

/// <summary>
/// A command that may only run while something is held. It gets this process's standard streams and, where the system has <c>setsid</c>, a process group
/// of its own, so that a Ctrl-C in the terminal does not reach it before us and a signal reaches everything that it started. It is stopped by SIGTERM,
/// and by SIGKILL when that takes too long. Where the system has <c>setpriv</c> it is also killed when this process dies, because then nothing is held.
/// </summary>
internal sealed class GuardedProcess : IDisposable
{
    private readonly Process _process = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _hasGroup;

    private GuardedProcess(ImmutableArray<string> command, IReadOnlyDictionary<string, string> environment)
    {
        ImmutableArray<string> wrapped = [.. Wrappers(out _hasGroup), .. command];
        var start = new ProcessStartInfo(wrapped[0]) { UseShellExecute = false };
        foreach (var argument in wrapped.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process.StartInfo = start;
    }

    /// <summary>Its exit code, when it has ended; 128 and the signal's number when a signal ended it.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Its process id, and the id of its group, if it has one.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has a process group of its own.</summary>
    public bool HasGroup => _hasGroup;

    /// <summary>Why a command cannot be started, as far as that can be seen before; null when nothing speaks against it.</summary>
    public static string? Problem(ImmutableArray<string> command) => command.IsEmpty ? "there is no command after --"
        : FindOnPath(command[0]) is null ? $"the command '{command[0]}' is not found, or is not executable" : null;

    /// <summary>Starts a command.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What is added to this process's environment.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static async Task<GuardedProcess> StartAsync(ImmutableArray<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var child = new GuardedProcess(command, environment);
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
            // What it started and left behind in its group goes too.
            if (_hasGroup)
            {
                UnixSignal.SendToGroup(_process.Id, UnixSignal.Kill);
            }
        }
    }

    public void Dispose() => _process.Dispose();

    /// <summary>What a command line begins with to get a group of its own and to die with this process, where the system can do that.</summary>
    internal static IEnumerable<string> Wrappers(out bool hasGroup)
    {
        hasGroup = !OperatingSystem.IsWindows() && FindOnPath("setsid") is not null;
        var diesWithUs = OperatingSystem.IsLinux() && FindOnPath("setpriv") is not null;
        return [.. hasGroup ? (string[])["setsid"] : [], .. diesWithUs ? (string[])["setpriv", "--pdeathsig", "KILL"] : []];
    }

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

    private static bool IsExecutable(string path) => File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

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
        else if (!_hasGroup || !UnixSignal.SendToGroup(_process.Id, signal))
        {
            // No group, or it has not got it yet.
            UnixSignal.Send(_process.Id, signal);
        }
    }

    private void Kill()
    {
        if (_hasGroup)
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
