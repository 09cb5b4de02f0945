namespace Coordination.Time;

/// <summary>Reads the monotonic clock of a <see cref="TimeProvider"/>.</summary>
internal sealed class MonotonicClock(TimeProvider provider)
{
    /// <summary>Where the time comes from.</summary>
    public TimeProvider Provider => provider;

    /// <summary>In whole numbers: the provider's own difference to a far beginning is rounded like a floating-point number.</summary>
    public Instant Now
    {
        get
        {
            var (seconds, rest) = Math.DivRem(provider.GetTimestamp(), provider.TimestampFrequency);
            return new Instant((seconds * TimeSpan.TicksPerSecond) + (rest * TimeSpan.TicksPerSecond / provider.TimestampFrequency));
        }
    }
}
