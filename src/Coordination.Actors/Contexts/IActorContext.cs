namespace Coordination.Actors;

/// <summary>What an actor can see and do while it handles a message. Valid only on the actor's own turn.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    /// <summary>This actor.</summary>
    IActorRef Self { get; }

    /// <summary>Who sent the message being handled; dead letters when nobody did.</summary>
    IActorRef Sender { get; }

    /// <summary>The supervisor of this actor.</summary>
    IActorRef Parent { get; }

    /// <summary>The system.</summary>
    ActorSystem System { get; }

    /// <summary>The recipe this actor was made from.</summary>
    Props Props { get; }

    /// <summary>The receive timeout, or null.</summary>
    TimeSpan? ReceiveTimeout { get; }

    /// <summary>The child with that name, or <see cref="ActorRefs.Nobody"/>.</summary>
    IActorRef Child(string name);

    /// <summary>All children, also those that are stopping.</summary>
    IEnumerable<IActorRef> GetChildren();

    /// <summary>Stops a child, or this actor after the current message.</summary>
    void Stop(IActorRef child);

    /// <summary>Replaces the behaviour at the top of the stack.</summary>
    void Become(Receive receive);

    /// <summary>Puts a behaviour on the stack.</summary>
    void BecomeStacked(Receive receive);

    /// <summary>Goes back to the behaviour below; the first one stays.</summary>
    void UnbecomeStacked();

    /// <summary>Sends <see cref="Coordination.Actors.ReceiveTimeout"/> after each idle period of that length; null ends it.</summary>
    void SetReceiveTimeout(TimeSpan? timeout);
}
