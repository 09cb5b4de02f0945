using Coordination.Diagnostics;

namespace Coordination.Elections;

/// <summary>One run of work in one term: told to stop when the term ends or is to be handed over, and waited for.</summary>
internal sealed class LeaderWork(CoordinationSystem system, ILeadership leadership, Func<ILeadership, CancellationToken, Task> work)
{
    /// <summary>Runs it. Whether it completed by itself; false: it was stopped.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leadership.Lost, leadership.StepDownRequested, system.Stopped);
        var running = StartAsync(stop.Token);
        await Task.WhenAny(running, CancelledAsync(stop.Token)).ConfigureAwait(false);
        if (!stop.IsCancellationRequested)
        {
            await running.ConfigureAwait(false);
            return true;
        }

        try
        {
            await running.WaitAsync(system.Options.Elections.DrainTimeout, system.Options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            system.Log.WorkDoesNotStop(leadership.Election, system.Options.Elections.DrainTimeout);
            throw new TimeoutException(
                $"The work of the leader of '{leadership.Election}' has not stopped within {system.Options.Elections.DrainTimeout} (Elections.DrainTimeout).");
        }
        catch (OperationCanceledException)
        {
            // It stopped as it was told.
        }

        return false;
    }

    /// <summary>Work that begins without awaiting does not hold up who waits for its end.</summary>
    private async Task StartAsync(CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await work(leadership, stop).ConfigureAwait(false);
    }

    private static Task CancelledAsync(CancellationToken token) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
