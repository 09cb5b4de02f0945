namespace Coordination.Actors;

/// <summary>What extensions see of a system.</summary>
public abstract class ExtendedActorSystem : ActorSystem
{
    private protected ExtendedActorSystem() { }

    /// <summary>Starts an actor of the system itself. It stops after all actors of users.</summary>
    public abstract IActorRef SystemActorOf(Props props, string? name = null);

    /// <summary>Starts an actor of the system itself. It stops after all actors of users.</summary>
    public abstract IActorRef SystemActorOf<TActor>(string? name = null) where TActor : ActorBase, new();

    /// <summary>The tree of actors as text.</summary>
    public abstract string PrintTree();
}
