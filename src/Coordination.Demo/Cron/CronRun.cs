using Coordination.Demo.Cron.Ledger;
using Coordination.Demo.Cron.View;
using Coordination.Demo.Cron.Workers;
using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Demo.Cron;

/// <summary>One run of the demo: workers compete, one of them is killed in the middle of a job, the ledger is checked, everything is removed.</summary>
internal sealed class CronRun(CronSettings settings, IEtcdClient etcd, WorkerCrew crew, IRunView view, CronRunPlan plan)
{
    // Events of other processes arrive a little late; they are put in order before they are believed.
    private static readonly TimeSpan EventDelay = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ReplaceAfter = TimeSpan.FromSeconds(1);

    // Until all are ready nothing is taken from the time in which they compete: on a busy machine processes need seconds to start, and what is left might be too little
    // for a single run. One that does not get ready at all does not hold up the others for ever.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(15);

    private readonly MonotonicClock _clock = new(SuspendAwareTimeProvider.Instance);
    private readonly Board _board = new(settings);
    private readonly Queue<(string Worker, Instant At)> _replacements = new();
    private bool _crashed;
    private bool _stopping;

    public async Task<CronSummary> RunAsync(CancellationToken interrupted)
    {
        await JobLedger.PrepareAsync(etcd, settings, interrupted).ConfigureAwait(false);
        var start = _clock.Now;
        await view.ShowAsync(_board, async () =>
        {
            crew.Start();
            await CompeteAsync(start, interrupted).ConfigureAwait(false);
            TakeEvents(_clock.Now);
            _stopping = true;
            view.Note(_clock.Now - start, interrupted.IsCancellationRequested ? "interrupted: releasing everything" : "time is over: releasing everything");
            view.Refresh();
            await crew.StopAsync().ConfigureAwait(false);
            TakeEvents(_clock.Now);
        }).ConfigureAwait(false);
        return await SummarizeAsync(_clock.Now - start, interrupted.IsCancellationRequested).ConfigureAwait(false);
    }

    private async Task CompeteAsync(Instant start, CancellationToken interrupted)
    {
        using var timer = new PeriodicTimer(Refresh, _clock.Provider);
        Instant? begun = null;
        try
        {
            while (begun is null || !IsOver(_clock.Now - begun.Value))
            {
                await timer.WaitForNextTickAsync(interrupted).ConfigureAwait(false);
                var victim = TakeEvents(_clock.Now - EventDelay);
                begun ??= _board.Ready.Count == crew.Count || _clock.Now - start >= StartLimit ? _clock.Now : null;
                if (victim is not null && plan.CrashAfter is { } crashAfter && !_crashed && _clock.Now - begun >= crashAfter)
                {
                    await CrashAsync(victim, start).ConfigureAwait(false);
                }

                // Its jobs are taken over by the others first: that is what is to be shown. A lone worker has to take over from itself.
                while (_replacements.TryPeek(out var replacement) && _clock.Now >= replacement.At && (crew.Count == 1 || !_board.HasOrphans))
                {
                    _replacements.Dequeue();
                    view.Note(_clock.Now - start, $"{replacement.Worker} started again");
                    crew.Start(replacement.Worker);
                }

                view.Refresh();
            }
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            // Ctrl-C: what follows is the same as at the end.
        }
    }

    // A takeover that is under way is still awaited, for as long as it may take.
    private bool IsOver(TimeSpan elapsed) =>
        elapsed >= plan.Duration && !(_board.HasOrphans && elapsed < plan.Duration + settings.Ttl + TimeSpan.FromSeconds(2));

    private async Task CrashAsync(WorkerEvent victim, Instant start)
    {
        _crashed = true;
        var at = _clock.Now;
        TakeEvents(at);
        view.Note(at - start, $"{victim.Worker} KILLED without warning in the middle of {victim.Job} (token {victim.Token})");
        _board.Killed(victim.Worker, at.Ticks);
        await crew.CrashAsync(victim.Worker).ConfigureAwait(false);
        _replacements.Enqueue((victim.Worker, _clock.Now + ReplaceAfter));
    }

    /// <summary>A worker's process ended by itself, or somebody killed it: the same as a crash of ours.</summary>
    private void OnEnded(WorkerEvent e)
    {
        if (!_stopping && crew.Forget(e.Worker))
        {
            view.Note(_board.SinceStart(e.At), $"{e.Worker} ENDED without warning");
            _board.Killed(e.Worker, e.At);
            _replacements.Enqueue((e.Worker, _clock.Now + ReplaceAfter));
        }
    }

    /// <summary>Applies the events up to a time; returns the last run that began, which is a victim for a crash.</summary>
    private WorkerEvent? TakeEvents(Instant until)
    {
        while (crew.TryTakeEvent(out var e))
        {
            _board.Add(e, _clock.Now.Ticks);
        }

        WorkerEvent? started = null;
        var takeovers = _board.Takeovers.Count;
        foreach (var e in _board.ApplyUntil(until.Ticks))
        {
            started = e.Kind == WorkerEventKind.Started ? e : e.Kind is (WorkerEventKind.Finished or WorkerEventKind.Lost or WorkerEventKind.Ended) && e.Worker == started?.Worker ? null : started;
            if (e.Kind == WorkerEventKind.Ended)
            {
                OnEnded(e);
            }

            if (Describe(e) is { } text)
            {
                view.Note(_board.SinceStart(e.At), text);
            }

            foreach (var takeover in _board.Takeovers.Skip(takeovers))
            {
                view.Note(_board.SinceStart(e.At), $"{takeover.To} TOOK OVER {takeover.Job} from {takeover.From}, {takeover.Delay.TotalSeconds:0.000} s after the kill");
            }

            takeovers = _board.Takeovers.Count;
        }

        return started;
    }

    private string? Describe(WorkerEvent e) => e.Kind switch
    {
        WorkerEventKind.Ready => $"{e.Worker} is ready{(plan.InProcesses ? $" ({e.Text})" : "")}",
        WorkerEventKind.Started => $"{e.Worker} runs {e.Job} for tick {e.Tick}, token {e.Token}",
        WorkerEventKind.Finished => $"{e.Worker} finished {e.Job} for tick {e.Tick}, token {e.Token}",
        WorkerEventKind.Lost => $"{e.Worker} LOST {e.Job}, token {e.Token}: {e.Text}",
        WorkerEventKind.Trouble => $"{e.Worker} {e.Job}: {e.Text}",
        _ => null,
    };

    private async Task<CronSummary> SummarizeAsync(TimeSpan elapsed, bool wasInterrupted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var check = LedgerCheck.Empty;
        foreach (var job in settings.AllJobs)
        {
            check += LedgerCheck.Of(await JobLedger.ReadAsync(etcd, job, limit.Token).ConfigureAwait(false));
        }

        await JobLedger.RemoveAsync(etcd, settings, limit.Token).ConfigureAwait(false);
        var (left, ofKilled) = await CountLeftAsync(limit.Token).ConfigureAwait(false);
        var problems = check.Problems().ToList();
        if (_board.HasOrphans && !wasInterrupted)
        {
            problems.Add("a killed worker's job was not taken over");
        }

        // After an interruption a killed worker's keys may still be there, also of locks that were handed over to it when it was dead: its lease runs out by itself, and nobody
        // may delete them before.
        var orphans = wasInterrupted ? ofKilled : 0;
        if (left > orphans)
        {
            problems.Add($"{left - orphans} keys were left behind in etcd");
        }

        return new CronSummary
        {
            Ok = problems.Count == 0,
            Problems = problems,
            Interrupted = wasInterrupted,
            Etcd = plan.EtcdName,
            Workers = crew.Count,
            DurationSeconds = elapsed.TotalSeconds,
            Jobs = [.. _board.Jobs.Select(job => new JobSummary(job.Name, job.Runs, job.Lost))],
            Takeovers = [.. _board.Takeovers.Select(t => new TakeoverSummary(t.Job, t.From, t.To, t.Delay.TotalSeconds))],
            Handovers = HandoverSummary.Of(_board.Handovers),
            Ledger = check,
            LeftBehind = left,
            RunningOut = orphans,
        };
    }

    /// <summary>Keys of this run's locks whose holder was one of its workers, and records; and how many of them are of killed workers, whose leases still live.</summary>
    private async Task<(int All, int OfKilled)> CountLeftAsync(CancellationToken cancellationToken)
    {
        var owners = new List<string>();
        foreach (var job in settings.AllJobs)
        {
            var result = await etcd.GetAsync(new EtcdOp.Get(job.LockKey), cancellationToken).ConfigureAwait(false);
            if (result.First is { } kv && Locks.Line.LockValue.HolderOf(kv) is { IsForeign: false, Owner: var owner } && owner.EndsWith($"@{settings.Run}", StringComparison.Ordinal))
            {
                owners.Add(owner[..^(settings.Run.Length + 1)]);
            }
        }

        var records = await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(settings.RecordPrefix)) { CountOnly = true }, cancellationToken).ConfigureAwait(false);
        return (owners.Count + (int)records.Count, owners.Count(_board.EverKilled.Contains));
    }
}
