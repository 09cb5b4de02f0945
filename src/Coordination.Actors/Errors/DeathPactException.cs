namespace Coordination.Actors;

/// <summary>The actor did not handle the <see cref="Terminated"/> of an actor that it watches. The default decider stops it.</summary>
public class DeathPactException : AkkaException
{
    /// <summary>With the actor that died.</summary>
    public DeathPactException(IActorRef deadActor) : base($"Monitored actor [{deadActor}] terminated") => DeadActor = deadActor;

    /// <summary>The actor that died.</summary>
    public IActorRef DeadActor { get; }
}
