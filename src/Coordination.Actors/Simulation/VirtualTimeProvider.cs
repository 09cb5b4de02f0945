namespace Coordination.Actors;

/// <summary>
/// Time that stands still until it is moved. Timers fire on the thread that moves it, in the order they are due, each at its own time;
/// a periodic timer as often as it is due. This type is the built-in runtime's own.
/// </summary>
public sealed class VirtualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(VirtualTimer Timer, long Version), (long Due, long Order)> _due = new();
    private readonly DateTimeOffset _epoch;
    private long _ticks;
    private long _order;

    /// <summary>Time that begins at the given moment; by default on 1 January 2020.</summary>
    public VirtualTimeProvider(DateTimeOffset? start = null) => _epoch = start ?? new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _epoch.AddTicks(GetTimestamp());

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer is due; null when no timer runs.</summary>
    public DateTimeOffset? NextTimer => NextDue() is { } due ? _epoch.AddTicks(due) : null;

    /// <summary>Moves time forward and fires what becomes due.</summary>
    /// <param name="by">How far; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        AdvanceToTicks(GetTimestamp() + by.Ticks);
    }

    /// <summary>Moves time forward to a moment and fires what becomes due. A moment that has passed changes nothing.</summary>
    public void AdvanceTo(DateTimeOffset moment) => AdvanceToTicks((moment - _epoch).Ticks);

    /// <summary>Moves time to the next timer that is due and fires it. False when no timer runs.</summary>
    public bool AdvanceToNextTimer()
    {
        if (NextDue() is not { } due) return false;
        if (TakeDue(Math.Max(due, GetTimestamp())) is { } timer) timer.Fire();
        return true;
    }

    private void AdvanceToTicks(long target)
    {
        while (TakeDue(target) is { } timer) timer.Fire();
        lock (_gate) _ticks = Math.Max(_ticks, target);
    }

    private long? NextDue()
    {
        lock (_gate)
        {
            DropCancelled();
            return _due.TryPeek(out _, out var at) ? at.Due : null;
        }
    }

    private VirtualTimer? TakeDue(long target)
    {
        lock (_gate)
        {
            DropCancelled();
            if (!_due.TryPeek(out var entry, out var at) || at.Due > target) return null;
            _due.Dequeue();
            _ticks = Math.Max(_ticks, at.Due);
            if (entry.Timer.Period > 0) Enqueue(entry.Timer, at.Due + entry.Timer.Period);
            else entry.Timer.Version++;
            return entry.Timer;
        }
    }

    private void DropCancelled()
    {
        while (_due.TryPeek(out var entry, out _) && entry.Version != entry.Timer.Version) _due.Dequeue();
    }

    private void Enqueue(VirtualTimer timer, long due) => _due.Enqueue((timer, timer.Version), (due, _order++));

    private sealed class VirtualTimer(VirtualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long Version { get; set; }

        public long Period { get; private set; }

        public void Fire()
        {
            if (!_disposed) callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                if (_disposed) return false;
                Version++;
                Period = period > TimeSpan.Zero ? period.Ticks : 0;
                if (dueTime != Timeout.InfiniteTimeSpan) time.Enqueue(this, time._ticks + Math.Max(0, dueTime.Ticks));
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                Version++;
                _disposed = true;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
