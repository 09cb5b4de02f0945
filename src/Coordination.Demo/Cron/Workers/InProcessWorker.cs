namespace Coordination.Demo.Cron.Workers;

/// <summary>A worker in this process, with a coordination system of its own.</summary>
internal sealed class InProcessWorker : IWorkerHost
{
    private readonly CoordinationSystem _system;
    private readonly Action<WorkerEvent> _report;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public InProcessWorker(string name, CronSettings settings, Action<WorkerEvent> report)
    {
        Name = name;
        _report = report;
        _system = CoordinationSystem.Start(settings.OptionsFor(name));
        _running = RunAsync(new CronWorker(name, settings, _system, report));
    }

    public string Name { get; }

    public async Task CrashAsync()
    {
        await _system.AbortAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _system.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(CronWorker worker)
    {
        try
        {
            await worker.RunAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped before it was ready.
        }
        catch (CoordinationException trouble)
        {
            _report(new WorkerEvent(Name, WorkerEventKind.Trouble, 0) { Text = trouble.Message });
        }
    }
}
