namespace Coordination.Watches;

/// <summary>An actor of the host that follows a watch, by messages.</summary>
internal sealed class ActorSubscriber(KeyWatch watch, KeyWatchOptions options, WatchSpec spec, IActorRef actor, bool isAcknowledged)
    : WatchSubscriber(spec, options)
{
    private WatchNotice? _unacknowledged;

    public override IActorRef Actor => actor;

    public override void Take(WatchEvent told)
    {
        lock (Gate)
        {
            Buffer.Add(told);
            Send();
        }
    }

    public override void End(CoordinationException error) => Take(new WatchEvent.Ended(error));

    /// <summary>The actor has dealt with a notice and wants the next one.</summary>
    public void Acknowledge(WatchNotice notice)
    {
        lock (Gate)
        {
            if (ReferenceEquals(notice, _unacknowledged))
            {
                _unacknowledged = null;
                Send();
            }
        }
    }

    // Under the lock, so that notices leave in order.
    private void Send()
    {
        while (_unacknowledged is null && Buffer.Take() is { } next)
        {
            var notice = new WatchNotice(watch, next(), this);
            _unacknowledged = isAcknowledged ? notice : null;
            actor.Tell(notice, ActorRefs.NoSender);
        }
    }
}
