namespace Coordination.Actors;

/// <summary>
/// The receive timeout of an actor. A busy actor starts and stops it with every message, so that only notes the time; the timer behind it looks, when it
/// fires, whether that was long enough ago, and else waits for the rest.
/// </summary>
internal sealed class IdleTimer
{
    private const long Busy = -1;

    private readonly TimeProvider _time;
    private readonly LocalActorRef _actor;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _idleSince;
    private bool _isArmed = true;

    public IdleTimer(ActorCell cell, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        Timeout = timeout;
        _time = cell.SystemImpl.Time;
        _actor = cell.SelfRef;
        _idleSince = _time.GetTimestamp();
        _timer = _time.StartTimer(static self => ((IdleTimer)self!).Look(), this, timeout);
    }

    public TimeSpan Timeout { get; }

    /// <summary>A message was handled; idle from now on.</summary>
    public void Start()
    {
        Volatile.Write(ref _idleSince, _time.GetTimestamp());
        if (!Volatile.Read(ref _isArmed))
        {
            Arm(Timeout);
        }
    }

    /// <summary>A message is being handled.</summary>
    public void Stop() => Volatile.Write(ref _idleSince, Busy);

    /// <summary>There is no receive timeout any more.</summary>
    public void End()
    {
        Stop();
        _timer.Dispose();
    }

    private void Look()
    {
        var rest = Timeout;
        lock (_gate)
        {
            _isArmed = false;
            var since = Volatile.Read(ref _idleSince);
            if (since != Busy)
            {
                rest -= _time.GetElapsedTime(since);
            }
        }

        // While a message is handled nothing can be due before a whole timeout after it.
        if (rest > TimeSpan.Zero)
        {
            Arm(rest);
        }
        else
        {
            _actor.Tell(ReceiveTimeout.Instance, _actor);
        }
    }

    private void Arm(TimeSpan due)
    {
        lock (_gate)
        {
            if (!_isArmed)
            {
                _isArmed = true;
                _timer.Change(due, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }
    }
}
