using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Coordination.Chaos.Shards;

namespace Coordination.Chaos.Workers;

/// <summary>A worker in a process of its own, and what it tells.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Channel<WorkerReport> _reports = Channel.CreateUnbounded<WorkerReport>();
    private readonly Task _reading;

    private WorkerProcess(string name, Process process, Action<WorkerReport>? onReport)
    {
        Name = name;
        _process = process;
        _reading = Task.WhenAll(ReadAsync(onReport), ReadErrorsAsync());
    }

    public string Name { get; }

    /// <summary>What it wrote to its standard error: nothing, if all is well.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>What it tells, in order, when nobody else takes it.</summary>
    public ChannelReader<WorkerReport> Reports => _reports.Reader;

    /// <param name="role">What it does.</param>
    /// <param name="name">How it is called.</param>
    /// <param name="etcd">Its endpoint, which may be a proxy.</param>
    /// <param name="key">The lock.</param>
    /// <param name="ttl">The TTL of its lease.</param>
    /// <param name="seed">Of its decisions.</param>
    /// <param name="onReport">Takes what it tells, line by line; null: it is kept in <see cref="Reports"/>.</param>
    public static WorkerProcess Start(
        WorkerRole role, string name, Uri etcd, string key, TimeSpan ttl, int seed = 0, Action<WorkerReport>? onReport = null)
    {
        string[] arguments =
        [
            WorkerCommand.Name, role.ToString(), "--name", name, "--etcd", etcd.ToString(), "--key", key,
            "--ttl", ttl.TotalSeconds.ToString(CultureInfo.InvariantCulture), "--seed", seed.ToString(CultureInfo.InvariantCulture),
        ];
        return Start(name, arguments, onReport);
    }

    /// <summary>Starts a node of a sharded cluster.</summary>
    /// <param name="name">How it is called, also in its reports.</param>
    /// <param name="etcd">Its endpoint.</param>
    /// <param name="port">Of its remoting.</param>
    /// <param name="seedPort">That of the node that all join.</param>
    /// <param name="members">How many there will be: it is ready when it sees them.</param>
    /// <param name="onReport">Takes what it tells.</param>
    public static WorkerProcess StartShardNode(string name, Uri etcd, int port, int seedPort, int members, Action<WorkerReport> onReport) => Start(
        name,
        [
            ShardCommand.Name, "--name", name, "--etcd", etcd.ToString(), "--port", port.ToString(CultureInfo.InvariantCulture),
            "--seed-port", seedPort.ToString(CultureInfo.InvariantCulture), "--members", members.ToString(CultureInfo.InvariantCulture),
        ],
        onReport);

    private static WorkerProcess Start(string name, string[] arguments, Action<WorkerReport>? onReport)
    {
        var program = Path.ChangeExtension(typeof(WorkerProcess).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new WorkerProcess(name, Process.Start(start)!, onReport);
    }

    /// <summary>SIGSTOP: it stands still, with its connections open.</summary>
    public void Stop() => Signals.Send(_process.Id, Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Continue() => Signals.Send(_process.Id, Signals.Continue);

    /// <summary>Lets it run for 5 ms out of every 100, as under a CPU quota of 5 %.</summary>
    public async Task StarveAsync(TimeSpan span)
    {
        var end = Stamp.After(Stamp.Now, span);
        while (Stamp.Now < end && !_process.HasExited)
        {
            Stop();
            await Stamp.PassAsync(TimeSpan.FromMilliseconds(95));
            Continue();
            await Stamp.PassAsync(TimeSpan.FromMilliseconds(5));
        }
    }

    /// <summary>SIGKILL: it gets no chance to release anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Asks it to end in order. False when it did not within its time, and was killed.</summary>
    public async Task<bool> EndAsync()
    {
        var inTime = true;
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                inTime = false;
                _process.Kill();
            }
        }

        await _reading;
        return inTime;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(Action<WorkerReport>? onReport)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // A line that was cut by a kill is none.
            if (WorkerReport.Parse(line) is { } report)
            {
                if (onReport is null)
                {
                    _reports.Writer.TryWrite(report);
                }
                else
                {
                    onReport(report);
                }
            }
        }

        _reports.Writer.Complete();
    }

    private async Task ReadErrorsAsync() => Errors = await _process.StandardError.ReadToEndAsync();
}
