namespace Coordination.Actors;

/// <summary>A bus of events, classified by type: a subscriber gets what can be assigned to the type it named.</summary>
public abstract class LoggingBus
{
    private readonly Lock _gate = new();
    private volatile Subscription[] _subscriptions = [];

    private protected LoggingBus() { }

    /// <summary>Publishes an event to all subscribers, to each at most once.</summary>
    public virtual void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        var subscriptions = _subscriptions;
        for (var i = 0; i < subscriptions.Length; i++)
        {
            if (subscriptions[i].Channel.IsInstanceOfType(@event)) subscriptions[i].Subscriber.Tell(@event, ActorRefs.NoSender);
        }
    }

    /// <summary>Subscribes to all events of a type. False when that subscriber gets them already.</summary>
    public virtual bool Subscribe(IActorRef subscriber, Type classifier)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(classifier);
        lock (_gate)
        {
            if (_subscriptions.Any(s => s.Subscriber.Equals(subscriber) && s.Channel.IsAssignableFrom(classifier))) return false;
            // A wider channel takes the place of those it contains.
            _subscriptions = [.. _subscriptions.Where(s => !(s.Subscriber.Equals(subscriber) && classifier.IsAssignableFrom(s.Channel))), new(subscriber, classifier)];
            return true;
        }
    }

    /// <summary>Ends one subscription. False when there was none.</summary>
    public virtual bool Unsubscribe(IActorRef subscriber, Type classifier) =>
        Remove(s => s.Subscriber.Equals(subscriber) && classifier.IsAssignableFrom(s.Channel));

    /// <summary>Ends all subscriptions of a subscriber. False when there was none.</summary>
    public virtual bool Unsubscribe(IActorRef subscriber) => Remove(s => s.Subscriber.Equals(subscriber));

    /// <summary>True when somebody would get events of that type.</summary>
    internal bool HasSubscribers(Type eventType)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Channel.IsAssignableFrom(eventType)) return true;
        }

        return false;
    }

    internal bool IsSubscribed(IActorRef subscriber) => _subscriptions.Any(s => s.Subscriber.Equals(subscriber));

    private bool Remove(Func<Subscription, bool> which)
    {
        lock (_gate)
        {
            var before = _subscriptions.Length;
            _subscriptions = [.. _subscriptions.Where(s => !which(s))];
            return _subscriptions.Length < before;
        }
    }

    private sealed record Subscription(IActorRef Subscriber, Type Channel);
}
