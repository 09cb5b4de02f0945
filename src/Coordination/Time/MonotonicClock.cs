namespace Coordination.Time;

/// <summary>Reads the monotonic clock of a <see cref="TimeProvider"/>.</summary>
internal sealed class MonotonicClock(TimeProvider provider)
{
    /// <summary>Where the time comes from.</summary>
    public TimeProvider Provider => provider;

    public Instant Now => new(provider.GetElapsedTime(0).Ticks);
}
