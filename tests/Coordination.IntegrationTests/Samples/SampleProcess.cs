using System.Diagnostics;

namespace Coordination.IntegrationTests.Samples;

/// <summary>A sample of docs/samples as its users start it.</summary>
internal sealed class SampleProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Is, TaskCompletionSource<string> Seen)> _awaited = [];
    private readonly Task _reading;

    public SampleProcess(string sample, params string[] arguments)
    {
        // …/tests/Coordination.IntegrationTests/bin/Release/net10.0 -> …/docs/samples/sample/bin/Release/net10.0
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var root = here.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var folder = Path.Combine(root, "docs", "samples", sample, "bin", here.Parent.Name, here.Name);
        var start = new ProcessStartInfo(Path.Combine(folder, sample)) { RedirectStandardOutput = true, WorkingDirectory = folder };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>The first line that has the text, also if it was printed before.</summary>
    public Task<string> PrintedAsync(string text)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            if (_lines.Find(line => line.Contains(text, StringComparison.Ordinal)) is { } printed)
            {
                seen.SetResult(printed);
            }

            _awaited.Add((line => line.Contains(text, StringComparison.Ordinal), seen));
        }

        return WaitAsync(seen.Task, text);
    }

    public void Terminate() => Signals.Send(_process.Id, Signals.Terminate);

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _reading;
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<string> WaitAsync(Task<string> seen, string text)
    {
        try
        {
            return await seen.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"'{text}' was not printed, but:\n{Output}");
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
                foreach (var (_, seen) in _awaited.Where(awaited => awaited.Is(line)))
                {
                    seen.TrySetResult(line);
                }
            }
        }
    }
}
