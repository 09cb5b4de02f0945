using Coordination.Watches;

namespace Coordination;

/// <summary>The message to an actor that subscribed to a watch. Immutable.</summary>
public sealed class WatchNotice
{
    private readonly ActorSubscriber _subscriber;

    internal WatchNotice(KeyWatch watch, WatchEvent @event, ActorSubscriber subscriber)
    {
        Watch = watch;
        Event = @event;
        _subscriber = subscriber;
    }

    /// <summary>The watch that was subscribed to.</summary>
    public KeyWatch Watch { get; }

    /// <summary>What it tells. After <see cref="WatchEvent.Ended"/> nothing follows.</summary>
    public WatchEvent Event { get; }

    /// <summary>
    /// Asks for the next notice, when the actor subscribed to get them one at a time; otherwise it does nothing. Idempotent, thread-safe.
    /// </summary>
    public void Acknowledge() => _subscriber.Acknowledge(this);
}
