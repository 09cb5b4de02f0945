namespace Coordination.Actors;

/// <summary>Something a message can be sent to.</summary>
public interface ICanTell
{
    /// <summary>Sends a message, at most once and without waiting.</summary>
    /// <param name="message">The message; never null.</param>
    /// <param name="sender">Who gets the reply, or null (<see cref="ActorRefs.NoSender"/>).</param>
    /// <exception cref="ArgumentNullException">The message is null.</exception>
    void Tell(object message, IActorRef? sender);
}
