namespace Coordination.Actors.TestKit;

/// <summary>A scheduler whose time stands still until the test moves it.</summary>
public class TestScheduler : IScheduler, IAdvancedScheduler
{
    private readonly VirtualTimeProvider _time;
    private readonly IScheduler _scheduler;

    internal TestScheduler(VirtualTimeProvider time, IScheduler scheduler) => (_time, _scheduler) = (time, scheduler);

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => _scheduler.Now;

    public TimeSpan MonotonicClock => _scheduler.MonotonicClock;

    public TimeSpan HighResMonotonicClock => _scheduler.HighResMonotonicClock;

    public void Advance(TimeSpan offset) => _time.Advance(offset);

    public void AdvanceTo(DateTimeOffset when) => _time.AdvanceTo(when);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        _scheduler.ScheduleTellOnce(delay, receiver, message, sender);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        _scheduler.ScheduleTellOnce(delay, receiver, message, sender, cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        _scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        _scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => _scheduler.Advanced.ScheduleOnce(delay, action);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        _scheduler.Advanced.ScheduleOnce(delay, action, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        _scheduler.Advanced.ScheduleRepeatedly(initialDelay, interval, action);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        _scheduler.Advanced.ScheduleRepeatedly(initialDelay, interval, action, cancelable);
}
