using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Messages;

/// <summary>What an actor of the host gets when it has subscribed to keys. Immutable.</summary>
public sealed class KeysNews
{
    private readonly ActorSubscriber _subscriber;

    internal KeysNews(KeyRange keys, WatchEvent @event, ActorSubscriber subscriber)
    {
        Keys = keys;
        Event = @event;
        _subscriber = subscriber;
    }

    /// <summary>The keys that were subscribed to.</summary>
    public KeyRange Keys { get; }

    /// <summary>What happened. After <see cref="WatchEvent.Ended"/> nothing follows.</summary>
    public WatchEvent Event { get; }

    /// <summary>
    /// Asks for the next news, when the actor subscribed to get them one at a time; otherwise it does nothing. Idempotent, thread-safe.
    /// </summary>
    public void Acknowledge() => _subscriber.Acknowledge(this);
}
