using Coordination.Time;

namespace Coordination.Supervision;

/// <summary>
/// What is to be done a fixed time after it was asked for: one timer for all of it, so that a lock that is held for a millisecond does not leave one behind. Used
/// inside the turns of its owner only, which is told <paramref name="due"/> from time to time and then takes what is due.
/// </summary>
/// <param name="owner">The actor.</param>
/// <param name="clock">The clock.</param>
/// <param name="delay">After so long, and at most an eighth later.</param>
/// <param name="due">What the owner is told.</param>
internal sealed class DelayLine<T>(IWithTimers owner, MonotonicClock clock, TimeSpan delay, object due)
{
    private const int LooksPerDelay = 8;

    private readonly Queue<(T What, Instant Due)> _waiting = [];

    public void Add(T what)
    {
        _waiting.Enqueue((what, clock.Now + delay));
        if (_waiting.Count == 1)
        {
            StartTimer(delay);
        }
    }

    /// <summary>What is due now, first come, first served.</summary>
    public IReadOnlyList<T> Take()
    {
        var now = clock.Now;
        var taken = new List<T>();
        while (_waiting.TryPeek(out var head) && head.Due <= now)
        {
            taken.Add(_waiting.Dequeue().What);
        }

        if (_waiting.TryPeek(out var next))
        {
            // What comes due shortly after it is taken with it.
            var left = next.Due - now;
            StartTimer(left > delay / LooksPerDelay ? left : delay / LooksPerDelay);
        }

        return taken;
    }

    private void StartTimer(TimeSpan time) => owner.Timers.StartSingleTimer(due, due, time);
}
