namespace Coordination.Actors;

/// <summary>Subscribing with the type as a parameter.</summary>
public static class EventStreamExtensions
{
    /// <summary>Subscribes to all events of a type. False when that subscriber gets them already.</summary>
    public static bool Subscribe<TChannel>(this EventStream eventStream, IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(eventStream);
        return eventStream.Subscribe(subscriber, typeof(TChannel));
    }

    /// <summary>Ends one subscription. False when there was none.</summary>
    public static bool Unsubscribe<TChannel>(this EventStream eventStream, IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(eventStream);
        return eventStream.Unsubscribe(subscriber, typeof(TChannel));
    }
}
