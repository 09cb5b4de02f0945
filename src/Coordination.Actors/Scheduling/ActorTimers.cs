namespace Coordination.Actors;

/// <summary>The timers of one instance of an actor.</summary>
internal sealed class ActorTimers(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, TimerTick> _running = [];

    public IReadOnlyCollection<object> ActiveTimers => _running.Keys;

    public bool IsTimerActive(object key) => _running.ContainsKey(key);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => StartSingleTimer(key, msg, timeout, ActorRefs.NoSender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef? sender) =>
        Start(new TimerTick(this, cell.SelfRef, key, msg, sender, repeats: false), timeout, Timeout.InfiniteTimeSpan);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => StartPeriodicTimer(key, msg, interval, interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef? sender) =>
        StartPeriodicTimer(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) =>
        StartPeriodicTimer(key, msg, initialDelay, interval, ActorRefs.NoSender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef? sender)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Start(new TimerTick(this, cell.SelfRef, key, msg, sender, repeats: true), initialDelay, interval);
    }

    public void Cancel(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_running.Remove(key, out var tick)) tick.Stop();
    }

    public void CancelAll()
    {
        foreach (var tick in _running.Values) tick.Stop();
        _running.Clear();
    }

    /// <summary>False for a tick that was cancelled or replaced after it was queued.</summary>
    public bool Take(TimerTick tick)
    {
        if (!_running.TryGetValue(tick.Key, out var running) || !ReferenceEquals(running, tick)) return false;
        if (!tick.Repeats) _running.Remove(tick.Key);
        return true;
    }

    private void Start(TimerTick tick, TimeSpan due, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(tick.Message);
        ArgumentOutOfRangeException.ThrowIfLessThan(due, TimeSpan.Zero);
        Cancel(tick.Key);
        _running.Add(tick.Key, tick);
        tick.Start(cell.SystemImpl.Time, due, period);
    }
}

/// <summary>One timer, and the message in which it comes: the actor unpacks it if the timer still runs.</summary>
internal sealed class TimerTick(ActorTimers owner, LocalActorRef target, object key, object message, IActorRef? sender, bool repeats)
{
    private ITimer? _timer;

    public object Key { get; } = key;

    public object Message { get; } = message;

    public bool Repeats { get; } = repeats;

    public void Start(TimeProvider time, TimeSpan due, TimeSpan period) =>
        _timer = time.StartTimer(static self => ((TimerTick)self!).Fire(), this, due, period);

    public void Stop() => _timer?.Dispose();

    /// <summary>The message, or null when the timer does not run any more.</summary>
    public object? Take() => owner.Take(this) ? Message : null;

    public override string ToString() => $"TimerTick({Key}, {Message})";

    private void Fire() => ((IActorRef)target).Tell(this, sender);
}
