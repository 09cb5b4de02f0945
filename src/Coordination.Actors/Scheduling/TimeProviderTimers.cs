namespace Coordination.Actors;

/// <summary>Timers that do not carry the execution context of whoever started them.</summary>
internal static class TimeProviderTimers
{
    public static ITimer StartTimer(this TimeProvider time, TimerCallback callback, object? state, TimeSpan due, TimeSpan? period = null)
    {
        if (ExecutionContext.IsFlowSuppressed()) return time.CreateTimer(callback, state, due, period ?? Timeout.InfiniteTimeSpan);
        using (ExecutionContext.SuppressFlow()) return time.CreateTimer(callback, state, due, period ?? Timeout.InfiniteTimeSpan);
    }
}
