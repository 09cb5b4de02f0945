namespace Coordination.Actors;

/// <summary>The scheduler of a system: messages, or with <see cref="Advanced"/> actions, later.</summary>
public interface IScheduler : ITellScheduler, ITimeProvider
{
    /// <summary>Schedules actions. They run outside of any actor.</summary>
    IAdvancedScheduler Advanced { get; }
}

/// <summary>Schedules actions.</summary>
public interface IAdvancedScheduler : IActionScheduler;
