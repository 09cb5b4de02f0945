namespace Coordination.Actors;

/// <summary>Schedules actions. They run outside of any actor: in an actor, schedule a message instead.</summary>
public interface IActionScheduler
{
    /// <summary>Runs an action after the delay.</summary>
    void ScheduleOnce(TimeSpan delay, Action action);

    /// <summary>Runs an action after the delay unless it is cancelled.</summary>
    void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable);

    /// <summary>Runs an action after the initial delay and then at each interval.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);

    /// <summary>Runs an action after the initial delay and then at each interval until it is cancelled.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable);
}
