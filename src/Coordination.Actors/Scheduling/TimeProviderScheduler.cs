namespace Coordination.Actors;

/// <summary>The scheduler: one timer of the injected <see cref="TimeProvider"/> for each scheduled message or action.</summary>
internal sealed class TimeProviderScheduler(TimeProvider time, Action<Exception> report) : IScheduler, IAdvancedScheduler
{
    private readonly long _start = time.GetTimestamp();

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => time.GetUtcNow();

    public TimeSpan MonotonicClock => time.GetElapsedTime(_start);

    public TimeSpan HighResMonotonicClock => MonotonicClock;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        ScheduleOnce(delay, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        ScheduleRepeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        Start(delay, Timeout.InfiniteTimeSpan, action, cancelable);
    }

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(initialDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Start(initialDelay, interval, action, cancelable);
    }

    private void Start(TimeSpan due, TimeSpan period, Action action, ICancelable? cancelable)
    {
        if (cancelable is { IsCancellationRequested: true }) return;
        var work = new Work(action, cancelable, report);
        work.Attach(time.StartTimer(static self => ((Work)self!).Run(), work, due, period), once: period == Timeout.InfiniteTimeSpan);
    }

    private sealed class Work(Action action, ICancelable? cancelable, Action<Exception> report)
    {
        private ITimer? _timer; // keeps the timer alive as long as it is referenced from here
        private CancellationTokenRegistration _registration;
        private bool _once;

        public void Attach(ITimer timer, bool once)
        {
            (_timer, _once) = (timer, once);
            if (cancelable is not null) _registration = cancelable.Token.UnsafeRegister(static self => ((Work)self!)._timer?.Dispose(), this);
        }

        public void Run()
        {
            if (cancelable is { IsCancellationRequested: true }) return;
            try
            {
                action();
            }
            catch (Exception failure)
            {
                report(failure);
            }

            if (!_once) return;
            _registration.Unregister();
            _timer?.Dispose();
        }
    }
}
