using System.Diagnostics;
using System.Text;
using Coordination.Demo.Cli;

namespace Coordination.Demo.Tests.Support;

/// <summary>The tool as its users start it.</summary>
internal sealed class DemoProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;
    private readonly Task _reading;
    private readonly List<(string Text, TaskCompletionSource<string> Seen)> _awaited = [];

    public DemoProcess(params string[] arguments)
        : this([], arguments)
    {
    }

    /// <param name="environment">Variables that it gets besides those of this process.</param>
    /// <param name="arguments">Its arguments.</param>
    public DemoProcess(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Tool)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>The program.</summary>
    public static string Tool { get; } = Path.ChangeExtension(typeof(ExitCode).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = new DemoProcess(arguments);
        return await process.EndAsync();
    }

    /// <summary>The first line with the text, as soon as it has been printed.</summary>
    public Task<string> PrintedAsync(string text)
    {
        lock (_output)
        {
            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_output.ToString().Split(Environment.NewLine).FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } printed)
            {
                seen.SetResult(printed);
            }

            _awaited.Add((text, seen));
            return seen.Task.WaitAsync(Limit);
        }
    }

    /// <summary>The first line with the text that is printed from now on.</summary>
    public Task<string> PrintedNextAsync(string text)
    {
        lock (_output)
        {
            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            return seen.Task.WaitAsync(Limit);
        }
    }

    /// <summary>Types a line.</summary>
    public void WriteLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void Interrupt() => Signal(Signals.Interrupt);

    public void Signal(int signal) => Signals.Send(_process.Id, signal);

    /// <summary>Sends a signal until it has died of it. The first SIGABRT or SIGSEGV that comes from outside only takes away the runtime's own handler.</summary>
    public async Task DieOfAsync(int signal)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!_process.HasExited)
        {
            try
            {
                Signal(signal);
            }
            catch (InvalidOperationException)
            {
                // There is nobody any more. That is only now being told.
                await _process.WaitForExitAsync(limit.Token);
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _reading;
        return (_process.ExitCode, _output.ToString(), await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
                foreach (var (text, seen) in _awaited)
                {
                    if (line.Contains(text, StringComparison.Ordinal))
                    {
                        seen.TrySetResult(line);
                    }
                }
            }
        }

        lock (_output)
        {
            _awaited.ForEach(awaited => awaited.Seen.TrySetException(new InvalidOperationException($"The tool ended without printing '{awaited.Text}': {_output}")));
        }
    }
}
