using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Coordination.Demo.Cron.Workers;

/// <summary>
/// A worker in a process of its own: this tool, started with the hidden command <c>cron-worker</c>. It reports lines of JSON on its standard output
/// and stops when its standard input ends, which also happens when this process dies.
/// </summary>
internal sealed class WorkerProcess : IWorkerHost
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);

    private readonly Process _process;
    private readonly Task _reading;

    public WorkerProcess(string name, CronSettings settings, Action<WorkerEvent> report)
    {
        Name = name;
        _process = Process.Start(StartInfo(name, settings)) ?? throw new InvalidOperationException("The worker process could not be started.");
        _reading = Task.WhenAll(ReadEventsAsync(report), ReadErrorsAsync(report));
    }

    public string Name { get; }

    public async Task CrashAsync()
    {
        // SIGKILL on Unix: the process gets no chance to release anything.
        _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        await _reading.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string name, CronSettings settings)
    {
        var executable = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        var start = new ProcessStartInfo(executable)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(executable) == "dotnet")
        {
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        }

        string[] arguments =
        [
            WorkerCommand.Name,
            name,
            "--run", settings.Run,
            "--lock-prefix", settings.LockPrefix,
            "--jobs", settings.Jobs.ToString(CultureInfo.InvariantCulture),
            "--tick", Milliseconds(settings.Tick),
            "--work", Milliseconds(settings.Work),
            "--ttl", Milliseconds(settings.Ttl),
            "--start-ticks", settings.StartTicks.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        settings.Etcd.AddTo(start);
        return start;
    }

    private static string Milliseconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds}ms");

    private async Task ReadEventsAsync(Action<WorkerEvent> report)
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            report(Parse(line));
        }

        report(new WorkerEvent(Name, WorkerEventKind.Ended, 0));
    }

    private async Task ReadErrorsAsync(Action<WorkerEvent> report)
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            report(new WorkerEvent(Name, WorkerEventKind.Trouble, 0) { Text = line });
        }
    }

    private WorkerEvent Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, WorkerEventJson.Default.WorkerEvent) ?? Unreadable(line);
        }
        catch (JsonException)
        {
            // A worker that was killed in the middle of a line.
            return Unreadable(line);
        }
    }

    private WorkerEvent Unreadable(string line) => new(Name, WorkerEventKind.Trouble, 0) { Text = $"unreadable: {line}" };
}
