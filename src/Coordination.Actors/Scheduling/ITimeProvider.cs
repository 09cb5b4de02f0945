namespace Coordination.Actors;

/// <summary>What time it is for the scheduler.</summary>
public interface ITimeProvider
{
    /// <summary>The date and time.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Time that never goes back.</summary>
    TimeSpan MonotonicClock { get; }

    /// <summary>Time that never goes back, as fine as it can be had.</summary>
    TimeSpan HighResMonotonicClock { get; }
}
