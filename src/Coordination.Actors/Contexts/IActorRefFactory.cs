namespace Coordination.Actors;

/// <summary>Something that starts actors and finds them by path.</summary>
public interface IActorRefFactory
{
    /// <summary>Starts an actor. It is created later, on its own turn; the reference is usable at once.</summary>
    /// <param name="props">The recipe.</param>
    /// <param name="name">The name, unique among the siblings, or null for a generated one.</param>
    /// <exception cref="InvalidActorNameException">The name is taken or not valid.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    /// <summary>A selection of local actors by path.</summary>
    ActorSelection ActorSelection(ActorPath actorPath);

    /// <summary>A selection of local actors by path: absolute (<c>/user/a</c>, <c>akka://system/user/a</c>) or relative; <c>*</c> and <c>?</c> match names.</summary>
    ActorSelection ActorSelection(string actorPath);
}
