namespace Coordination.Simulation;

/// <summary>The clock of one process, which is a little fast or slow, and its timers.</summary>
internal sealed class SimClock(Func<World> world, Action<Action> run) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How much of its time passes in true time.</summary>
    public double Rate { get; set; } = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    // Never zero: a process starts some time after its machine.
    public override long GetTimestamp() => TimeSpan.TicksPerHour + (long)(world().Now.Ticks * Rate);

    public override DateTimeOffset GetUtcNow() => Beginning + TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets something happen after so much of this process's time.</summary>
    public World.Event After(TimeSpan delay, Action action) =>
        world().After(delay <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling(delay.Ticks / Rate)), () => run(action));

    private sealed class Timer(SimClock clock, TimerCallback callback, object? state) : ITimer
    {
        private World.Event? _next;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _next?.Cancel();
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : clock.After(dueTime, () => Fire(period));
            return true;
        }

        public void Dispose() => _next?.Cancel();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(TimeSpan period)
        {
            _next = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? null : clock.After(period, () => Fire(period));
            callback(state);
        }
    }
}
