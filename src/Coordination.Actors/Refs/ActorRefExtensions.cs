namespace Coordination.Actors;

/// <summary>Questions one asks of a reference.</summary>
public static class ActorRefExtensions
{
    /// <summary>True for null, <see cref="Nobody"/> and dead letters.</summary>
    public static bool IsNobody(this IActorRef? actorRef) => actorRef is null or Nobody or DeadLetterActorRef;
}
