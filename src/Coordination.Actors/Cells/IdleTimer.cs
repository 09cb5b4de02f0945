namespace Coordination.Actors;

/// <summary>The receive timeout of an actor.</summary>
internal sealed class IdleTimer
{
    private readonly ITimer _timer;

    public IdleTimer(ActorCell cell, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        Timeout = timeout;
        _timer = cell.SystemImpl.Time.StartTimer(
            static self => ((LocalActorRef)self!).Tell(ReceiveTimeout.Instance, (LocalActorRef)self!), cell.SelfRef, timeout);
    }

    public TimeSpan Timeout { get; }

    public void Start() => _timer.Change(Timeout, System.Threading.Timeout.InfiniteTimeSpan);

    public void Stop() => _timer.Change(System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
}
