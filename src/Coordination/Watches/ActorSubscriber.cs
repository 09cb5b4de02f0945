using Coordination.Etcd;
using Coordination.Messages;

namespace Coordination.Watches;

/// <summary>An actor of the host that follows a watch, by messages.</summary>
internal sealed class ActorSubscriber(KeyRange keys, KeyWatchOptions options, WatchSpec spec, IActorRef actor, bool isAcknowledged)
    : WatchSubscriber(spec, options)
{
    private KeysNews? _unacknowledged;

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

    /// <summary>The actor has dealt with a news and wants the next one.</summary>
    public void Acknowledge(KeysNews news)
    {
        lock (Gate)
        {
            if (ReferenceEquals(news, _unacknowledged))
            {
                _unacknowledged = null;
                Send();
            }
        }
    }

    // Under the lock, so that newss leave in order.
    private void Send()
    {
        while (_unacknowledged is null && Buffer.Take() is { } next)
        {
            var news = new KeysNews(keys, next(), this);
            _unacknowledged = isAcknowledged ? news : null;
            actor.Tell(news, ActorRefs.NoSender);
        }
    }
}
