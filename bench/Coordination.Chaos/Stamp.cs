namespace Coordination.Chaos;

/// <summary>The machine's monotonic clock: stamps of different processes on one machine can be compared.</summary>
internal static class Stamp
{
    public static long Now => TimeProvider.System.GetTimestamp();

    public static TimeSpan Between(long from, long to) => TimeProvider.System.GetElapsedTime(from, to);

    public static long After(long from, TimeSpan span) => from + (long)(span.TotalSeconds * TimeProvider.System.TimestampFrequency);

    /// <summary>Lets time pass.</summary>
    public static Task PassAsync(TimeSpan span, CancellationToken cancellationToken = default) => Task.Delay(span, TimeProvider.System, cancellationToken);
}
