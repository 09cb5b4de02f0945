namespace Coordination.Actors;

/// <summary>Death watch.</summary>
public interface ICanWatch
{
    /// <summary>Asks for one <see cref="Terminated"/> when the subject has stopped, also if it already has.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>Asks for the given message instead of <see cref="Terminated"/>.</summary>
    /// <exception cref="InvalidOperationException">The subject is already watched with another message.</exception>
    IActorRef WatchWith(IActorRef subject, object message);

    /// <summary>Ends the watch; a notification that is already queued is dropped.</summary>
    IActorRef Unwatch(IActorRef subject);
}
