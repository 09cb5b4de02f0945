using Coordination.Time;

namespace Coordination.Leases;

/// <summary>Timers of an injected clock.</summary>
internal sealed class TimerLossAlarm(MonotonicClock clock) : LossAlarm
{
    private readonly Lock _lock = new();
    private readonly HashSet<ITimer> _timers = [];

    public override void Add(LeaseValidity lease)
    {
        if (lease.Deadline is not { } deadline)
        {
            return;
        }

        lock (_lock)
        {
            ITimer? timer = null;
            timer = clock.Provider.CreateTimer(_ => OnTimer(timer!, lease), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timers.Add(timer);
            timer.Change(Until(deadline), Timeout.InfiniteTimeSpan);
        }
    }

    public override void Dispose()
    {
        lock (_lock)
        {
            foreach (var timer in _timers)
            {
                timer.Dispose();
            }

            _timers.Clear();
        }
    }

    private void OnTimer(ITimer timer, LeaseValidity lease)
    {
        lock (_lock)
        {
            if (Check(lease) is { } next)
            {
                timer.Change(Until(next), Timeout.InfiniteTimeSpan);
            }
            else if (_timers.Remove(timer))
            {
                timer.Dispose();
            }
        }
    }

    private TimeSpan Until(Instant deadline)
    {
        var left = deadline - clock.Now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
