namespace Coordination.Actors;

/// <summary>Where messages go that nobody will ever receive: they are published on the event stream.</summary>
internal sealed class DeadLetterActorRef(ActorSystemImpl system, ActorPath path) : ActorRefBase
{
    public override ActorPath Path { get; } = path;

    internal override ActorSystemImpl SystemImpl => system;

    internal override void SendSystem(SystemMessage message) => Refuse(message, this);

    /// <summary>A system message for an actor that is gone: a watcher is told that there is nothing to watch.</summary>
    public static void Refuse(SystemMessage message, ActorRefBase recipient)
    {
        if (message is WatchMessage watch && !ReferenceEquals(watch.Watchee, watch.Watcher) && !ReferenceEquals(watch.Watcher, recipient))
            watch.Watcher.SendSystem(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false));
    }

    /// <summary>A user message for an actor that is gone.</summary>
    public void Refuse(object message, IActorRef? sender, IActorRef recipient)
    {
        switch (message)
        {
            case DeadLetter or SuppressedDeadLetter: // never a dead letter of a dead letter
            case TimerTick: // a timer of an actor that is gone
                break;
            case IDeadLetterSuppression suppressed:
                system.EventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? this, recipient));
                break;
            case Identify identify:
                (sender ?? this).Tell(new ActorIdentity(identify.MessageId, null), this);
                break;
            default:
                system.EventStream.Publish(new DeadLetter(message, sender ?? this, recipient));
                break;
        }
    }

    private protected override void TellInternal(object message, IActorRef? sender)
    {
        if (message is AllDeadLetters letter) system.EventStream.Publish(letter);
        else Refuse(message, sender, this);
    }
}
