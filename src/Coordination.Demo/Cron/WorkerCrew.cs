using System.Collections.Concurrent;
using System.Globalization;
using Coordination.Demo.Cron.Workers;

namespace Coordination.Demo.Cron;

/// <summary>The workers of a run: started, killed, replaced and stopped here. Their events are collected.</summary>
internal sealed class WorkerCrew(CronSettings settings, int count, bool inProcesses) : IAsyncDisposable
{
    private readonly Dictionary<string, IWorkerHost> _workers = [];
    private readonly ConcurrentQueue<WorkerEvent> _events = new();

    public int Count => count;

    public void Start()
    {
        foreach (var number in Enumerable.Range(1, count))
        {
            Start(string.Create(CultureInfo.InvariantCulture, $"worker-{number}"));
        }
    }

    public void Start(string name) => _workers[name] = inProcesses
        ? new WorkerProcess(name, settings, _events.Enqueue)
        : new InProcessWorker(name, settings, _events.Enqueue);

    public bool TryTakeEvent(out WorkerEvent e) => _events.TryDequeue(out e!);

    /// <summary>A worker has ended by itself; false when that is known.</summary>
    public bool Forget(string name) => _workers.Remove(name);

    /// <summary>Ends a worker as SIGKILL does.</summary>
    public async Task CrashAsync(string name)
    {
        if (_workers.Remove(name, out var worker))
        {
            await worker.CrashAsync().ConfigureAwait(false);
        }
    }

    public async Task StopAsync() => await Task.WhenAll(_workers.Values.Select(worker => worker.StopAsync())).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.Values)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
        }
    }
}
