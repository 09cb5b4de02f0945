namespace Coordination.Actors;

/// <summary>
/// The timers of one actor, by key. Starting a key again replaces its timer. After a cancel nothing is delivered, even if it is already queued.
/// All are cancelled when the actor restarts or stops. Only for the actor's own turn.
/// </summary>
public interface ITimerScheduler
{
    /// <summary>The keys of the running timers.</summary>
    IReadOnlyCollection<object> ActiveTimers { get; }

    /// <summary>True when the timer is running.</summary>
    bool IsTimerActive(object key);

    /// <summary>Sends the message to the actor once.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    /// <summary>Sends the message to the actor once, with a sender.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef? sender);

    /// <summary>Sends the message to the actor again and again.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    /// <summary>Sends the message to the actor again and again, with a sender.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef? sender);

    /// <summary>Sends the message to the actor again and again, first after an initial delay.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    /// <summary>Sends the message to the actor again and again, first after an initial delay, with a sender.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef? sender);

    /// <summary>Stops a timer; one that does not run is fine too.</summary>
    void Cancel(object key);

    /// <summary>Stops all timers.</summary>
    void CancelAll();
}
