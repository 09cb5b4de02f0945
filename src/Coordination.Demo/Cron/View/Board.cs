using Coordination.Demo.Cron.Workers;

namespace Coordination.Demo.Cron.View;

/// <summary>The state of a run as its events tell it. Events are applied in the order of their times.</summary>
internal sealed class Board(CronSettings settings)
{
    private readonly PriorityQueue<WorkerEvent, long> _early = new();
    private readonly HashSet<string> _killed = [];

    public IReadOnlyList<JobRow> Jobs { get; } = [.. settings.AllJobs.Select(job => new JobRow(job.Name))];

    public List<TimeSpan> Handovers { get; } = [];

    public List<Takeover> Takeovers { get; } = [];

    public HashSet<string> Ready { get; } = [];

    /// <summary>Workers that were killed, whether or not they were started again since.</summary>
    public HashSet<string> EverKilled { get; } = [];

    public bool HasOrphans => Jobs.Any(job => job.Orphaned is not null);

    public TimeSpan SinceStart(long at) => new(Math.Max(0, at - settings.StartTicks));

    /// <summary>Takes an event; it waits for those that happened before it and are still on their way.</summary>
    public void Add(WorkerEvent e, long now) => _early.Enqueue(e with { At = e.At == 0 ? now : e.At }, e.At == 0 ? now : e.At);

    /// <summary>Applies what happened up to a time, oldest first.</summary>
    public IEnumerable<WorkerEvent> ApplyUntil(long time)
    {
        while (_early.TryPeek(out _, out var at) && at <= time)
        {
            var e = _early.Dequeue();
            if (e.Kind == WorkerEventKind.Ready)
            {
                _killed.Remove(e.Worker);
            }

            // What a killed worker still says is not news: in this process its tasks unwind, a real one is silent.
            if (!_killed.Contains(e.Worker))
            {
                Apply(e);
                yield return e;
            }
        }
    }

    /// <summary>A worker is killed: what it held is orphaned, and nothing it says counts until it is ready again.</summary>
    public void Killed(string worker, long at)
    {
        _killed.Add(worker);
        EverKilled.Add(worker);
        Ready.Remove(worker);
        foreach (var job in Jobs)
        {
            job.Waiters.Remove(worker);
            if (job.Holder == worker)
            {
                job.Orphaned = (worker, at);
                job.Holder = null;
            }
        }
    }

    private void Apply(WorkerEvent e)
    {
        if (e.Kind == WorkerEventKind.Ready)
        {
            Ready.Add(e.Worker);
        }

        if (Jobs.FirstOrDefault(job => job.Name == e.Job) is not { } row)
        {
            return;
        }

        switch (e.Kind)
        {
            case WorkerEventKind.Waiting:
                row.Waiters.Add(e.Worker);
                break;
            case WorkerEventKind.GaveUp:
                row.Waiters.Remove(e.Worker);
                break;
            case WorkerEventKind.Acquired:
                OnAcquired(row, e);
                break;
            case WorkerEventKind.Finished:
                row.Runs++;
                row.LastRunBy = e.Worker;
                break;
            case WorkerEventKind.Lost:
                row.Lost++;
                break;
            case WorkerEventKind.Releasing:
                row.Releasing = (e.Worker, e.At);
                row.Holder = row.Holder == e.Worker ? null : row.Holder;
                break;
        }
    }

    private void OnAcquired(JobRow row, WorkerEvent e)
    {
        row.Waiters.Remove(e.Worker);
        if (row.Orphaned is { } orphan)
        {
            Takeovers.Add(new Takeover(row.Name, orphan.Worker, e.Worker, new TimeSpan(e.At - orphan.At)));
            row.Orphaned = null;
        }
        else if (row.Releasing is { } release && release.Worker != e.Worker && e.Since < release.At && e.At >= release.At)
        {
            // It waited when the holder let go: the time in between is the hand-over.
            row.LastHandover = new TimeSpan(e.At - release.At);
            Handovers.Add(row.LastHandover.Value);
        }

        row.Releasing = null;
        row.Holder = e.Worker;
        row.Token = e.Token;
    }
}
