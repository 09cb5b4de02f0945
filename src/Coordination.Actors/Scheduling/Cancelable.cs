namespace Coordination.Actors;

/// <summary>Cancels something that was scheduled, at once or after a time of the scheduler.</summary>
public class Cancelable : ICancelable, IDisposable
{
    private readonly IActionScheduler _scheduler;
    private readonly CancellationTokenSource _source;

    /// <summary>Cancels when told.</summary>
    public Cancelable(IActionScheduler scheduler) : this(scheduler, new CancellationTokenSource()) { }

    /// <summary>Cancels when told.</summary>
    public Cancelable(IScheduler scheduler) : this(Advanced(scheduler)) { }

    /// <summary>Cancels after a delay.</summary>
    public Cancelable(IActionScheduler scheduler, TimeSpan delay) : this(scheduler) => CancelAfter(delay);

    /// <summary>Cancels after a delay.</summary>
    public Cancelable(IScheduler scheduler, TimeSpan delay) : this(Advanced(scheduler), delay) { }

    /// <summary>Cancels after a delay in milliseconds.</summary>
    public Cancelable(IScheduler scheduler, int millisecondsDelay) : this(scheduler, TimeSpan.FromMilliseconds(millisecondsDelay)) { }

    private Cancelable(IActionScheduler scheduler, CancellationTokenSource source) => (_scheduler, _source) = (scheduler, source);

    /// <inheritdoc/>
    public bool IsCancellationRequested => _source.IsCancellationRequested;

    /// <inheritdoc/>
    public CancellationToken Token => _source.Token;

    /// <summary>True after <see cref="Dispose()"/>.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>One that is cancelled already.</summary>
    public static ICancelable CreateCanceled()
    {
        var canceled = new Cancelable(NoScheduler.Instance);
        canceled.Cancel();
        return canceled;
    }

    /// <summary>One that is cancelled when any of the others is.</summary>
    public static ICancelable CreateLinkedCancelable(IActionScheduler scheduler, params ICancelable[] cancelables) =>
        CreateLinkedCancelable(scheduler, [.. cancelables.Select(c => c.Token)]);

    /// <summary>One that is cancelled when any of the tokens is.</summary>
    public static ICancelable CreateLinkedCancelable(IActionScheduler scheduler, params CancellationToken[] cancellationTokens) =>
        new Cancelable(scheduler, CancellationTokenSource.CreateLinkedTokenSource(cancellationTokens));

    /// <summary>One that is cancelled when any of the others is.</summary>
    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params ICancelable[] cancelables) =>
        CreateLinkedCancelable(Advanced(scheduler), cancelables);

    /// <summary>One that is cancelled when any of the tokens is.</summary>
    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params CancellationToken[] cancellationTokens) =>
        CreateLinkedCancelable(Advanced(scheduler), cancellationTokens);

    /// <inheritdoc/>
    public void Cancel() => Cancel(false);

    /// <inheritdoc/>
    public void Cancel(bool throwOnFirstException) => _source.Cancel(throwOnFirstException);

    /// <inheritdoc/>
    public void CancelAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (delay == TimeSpan.Zero) Cancel();
        else _scheduler.ScheduleOnce(delay, CancelUnlessDisposed, this);
    }

    /// <inheritdoc/>
    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the token back.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (IsDisposed) return;
        IsDisposed = true;
        if (disposing) _source.Dispose();
    }

    private static IAdvancedScheduler Advanced(IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return scheduler.Advanced;
    }

    private void CancelUnlessDisposed()
    {
        if (!IsDisposed) Cancel();
    }

    private sealed class NoScheduler : IActionScheduler
    {
        public static readonly NoScheduler Instance = new();

        public void ScheduleOnce(TimeSpan delay, Action action) { }

        public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) { }

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) { }

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) { }
    }
}
