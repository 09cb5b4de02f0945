namespace Coordination.Actors;

/// <summary>An actor with timers. The runtime sets them before the constructor's body.</summary>
public interface IWithTimers
{
    /// <summary>The timers.</summary>
    ITimerScheduler Timers { get; set; }
}
