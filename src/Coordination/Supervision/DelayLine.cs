namespace Coordination.Supervision;

/// <summary>
/// What is to be done a fixed time after it was asked for: one timer for all of it, so that a lock that is held for a millisecond does not leave one behind. Used
/// inside the turns of its owner only, which is told <paramref name="step"/> from time to time and then takes what is due.
/// </summary>
/// <param name="owner">The actor.</param>
/// <param name="delay">After so long, and at most a quarter later.</param>
/// <param name="step">What the owner is told.</param>
internal sealed class DelayLine<T>(IWithTimers owner, TimeSpan delay, object step)
{
    private const int StepsPerDelay = 4;

    private readonly Queue<(T What, long Step)> _waiting = [];
    private long _step;

    public void Add(T what)
    {
        _waiting.Enqueue((what, _step));
        if (_waiting.Count == 1)
        {
            StartTimer();
        }
    }

    /// <summary>A step is over: what is due now, first come, first served.</summary>
    public IReadOnlyList<T> Step()
    {
        _step++;
        var due = new List<T>();
        while (_waiting.TryPeek(out var head) && _step - head.Step > StepsPerDelay)
        {
            due.Add(_waiting.Dequeue().What);
        }

        if (_waiting.Count > 0)
        {
            StartTimer();
        }

        return due;
    }

    private void StartTimer() => owner.Timers.StartSingleTimer(step, step, delay / StepsPerDelay);
}
