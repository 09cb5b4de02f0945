namespace Coordination.Actors;

/// <summary>The event stream of a system. Subscribers that stop are dropped.</summary>
public class EventStream : LoggingBus
{
    private ActorRefBase? _undertaker;

    /// <summary>Makes a stream.</summary>
    /// <param name="debug">Not used by this runtime.</param>
    public EventStream(bool debug) { }

    /// <inheritdoc/>
    public override bool Subscribe(IActorRef subscriber, Type channel)
    {
        var subscribed = base.Subscribe(subscriber, channel);
        if (!subscribed || _undertaker is not { } undertaker) return subscribed;
        var actor = ActorRefBase.Of(subscriber);
        actor.SendSystem(new WatchMessage(actor, undertaker));
        return true;
    }

    /// <inheritdoc/>
    public override bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        var removed = base.Unsubscribe(subscriber, channel);
        if (removed && !IsSubscribed(subscriber)) Forget(subscriber);
        return removed;
    }

    /// <inheritdoc/>
    public override bool Unsubscribe(IActorRef subscriber)
    {
        var removed = base.Unsubscribe(subscriber);
        if (removed) Forget(subscriber);
        return removed;
    }

    internal void DropDeadSubscribers(ActorSystemImpl system, ActorPath path) => _undertaker = new Undertaker(this, system, path);

    private void Forget(IActorRef subscriber)
    {
        if (_undertaker is { } undertaker) ActorRefBase.Of(subscriber).SendSystem(new UnwatchMessage(undertaker));
    }

    private sealed class Undertaker(EventStream stream, ActorSystemImpl system, ActorPath path) : ActorRefBase
    {
        public override ActorPath Path { get; } = path;

        internal override ActorSystemImpl SystemImpl => system;

        internal override void SendSystem(SystemMessage message)
        {
            if (message is DeathWatchNotification dead) stream.Unsubscribe(dead.Actor);
        }

        private protected override void TellInternal(object message, IActorRef? sender) { }
    }
}
