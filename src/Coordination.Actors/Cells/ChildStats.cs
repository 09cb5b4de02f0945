namespace Coordination.Actors;

/// <summary>A child as its supervisor sees it: how often it was restarted, and whether it is stopping.</summary>
internal sealed class ChildStats(LocalActorRef child)
{
    private int _retries;
    private long? _windowStart;

    public LocalActorRef Child { get; } = child;

    public bool Dying { get; set; }

    /// <summary>Counts a restart. Retries below zero are unlimited, zero allows none; without a window the count is for life.</summary>
    public bool RequestRestart(int maxRetries, TimeSpan window, TimeProvider time)
    {
        if (maxRetries == 0) return false;
        if (window <= TimeSpan.Zero) return maxRetries < 0 || ++_retries <= maxRetries;

        var now = time.GetTimestamp();
        _windowStart ??= now;
        if (time.GetElapsedTime(_windowStart.Value, now) <= window) return ++_retries <= Math.Max(1, maxRetries);
        (_retries, _windowStart) = (1, now);
        return true;
    }
}
