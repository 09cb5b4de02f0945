using System.Globalization;
using Coordination.Demo.Cron.Ledger;
using Coordination.Time;

namespace Coordination.Demo.Cron.Workers;

/// <summary>
/// One worker: at each tick it competes for the jobs that are due, runs those it gets and nobody has run yet, and lets go. This is the pattern of
/// a cron job that must run on exactly one machine.
/// </summary>
internal sealed class CronWorker(string name, CronSettings settings, CoordinationSystem system, Action<WorkerEvent> report)
{
    private readonly MonotonicClock _clock = new(system.Options.TimeProvider);

    public async Task RunAsync(CancellationToken stopping)
    {
        await system.WaitUntilReadyAsync(TimeSpan.FromSeconds(10), stopping).ConfigureAwait(false);
        Report(WorkerEventKind.Ready, text: string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}"));
        await Task.WhenAll(settings.AllJobs.Select(job => CompeteAsync(job, stopping))).ConfigureAwait(false);
    }

    private async Task CompeteAsync(CronJob job, CancellationToken stopping)
    {
        var jobLock = system.Lock(job.LockKey);
        var passed = new TimeSpan(_clock.Now.Ticks - settings.StartTicks);
        for (var tick = (Math.Max(0, (long)(passed / settings.Tick)) / job.Period * job.Period) + job.Period; !stopping.IsCancellationRequested; tick += job.Period)
        {
            try
            {
                await Task.Delay(Until(tick), system.Options.TimeProvider, stopping).ConfigureAwait(false);
                await TryTickAsync(job, jobLock, tick, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (CoordinationException trouble)
            {
                Report(WorkerEventKind.Trouble, job, text: trouble.Message);
                if (trouble.Kind == CoordinationErrorKind.Stopped)
                {
                    return;
                }
            }
        }
    }

    private async Task TryTickAsync(CronJob job, ILock jobLock, long tick, CancellationToken stopping)
    {
        var since = _clock.Now.Ticks;
        Report(WorkerEventKind.Waiting, job, tick: tick);
        ILockHandle? handle;
        try
        {
            handle = await jobLock.TryAcquireAsync(Until(tick + job.Period), stopping).ConfigureAwait(false);
        }
        catch
        {
            Report(WorkerEventKind.GaveUp, job, tick: tick);
            throw;
        }

        if (handle is null)
        {
            Report(WorkerEventKind.GaveUp, job, tick: tick);
            return;
        }

        Report(WorkerEventKind.Acquired, job, handle.Token, tick, since);
        try
        {
            await RunJobAsync(job, handle, tick, stopping).ConfigureAwait(false);
        }
        finally
        {
            Report(WorkerEventKind.Releasing, job, handle.Token, tick);
            await handle.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunJobAsync(CronJob job, ILockHandle handle, long tick, CancellationToken stopping)
    {
        var ledger = new JobLedger(system.Etcd, job);
        var entry = new LedgerEntry(name, handle.Token, tick, _clock.Now.Ticks, null);
        if (!await ledger.TryStartAsync(handle, entry, stopping).ConfigureAwait(false))
        {
            Report(WorkerEventKind.AlreadyDone, job, handle.Token, tick);
            return;
        }

        Report(WorkerEventKind.Started, job, handle.Token, tick);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, handle.Lost);
        try
        {
            await Task.Delay(settings.Work, system.Options.TimeProvider, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (handle.Lost.IsCancellationRequested)
        {
            Report(WorkerEventKind.Lost, job, handle.Token, tick, text: handle.LossReason?.ToString());
            return;
        }

        entry = entry with { FinishedAt = _clock.Now.Ticks };
        var counted = await ledger.TryFinishAsync(handle, entry, stopping).ConfigureAwait(false);
        Report(counted ? WorkerEventKind.Finished : WorkerEventKind.Lost, job, handle.Token, tick, text: counted ? null : "fenced");
    }

    private TimeSpan Until(long tick)
    {
        var left = new TimeSpan(settings.StartTicks + (settings.Tick.Ticks * tick) - _clock.Now.Ticks);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Report(WorkerEventKind kind, CronJob? job = null, long token = 0, long tick = 0, long since = 0, string? text = null) =>
        report(new WorkerEvent(name, kind, _clock.Now.Ticks) { Job = job?.Name, Token = token, Tick = tick, Since = since, Text = text });
}
