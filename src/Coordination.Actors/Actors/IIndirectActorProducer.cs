namespace Coordination.Actors;

/// <summary>A factory of actors, for example one that asks a container.</summary>
public interface IIndirectActorProducer
{
    /// <summary>The type of the actors that it makes.</summary>
    Type ActorType { get; }

    /// <summary>Makes a new instance; called for the start and for each restart, on the actor's turn.</summary>
    ActorBase Produce();

    /// <summary>The instance is not used any more.</summary>
    void Release(ActorBase actor);
}
