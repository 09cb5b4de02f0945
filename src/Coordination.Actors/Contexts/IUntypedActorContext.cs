namespace Coordination.Actors;

/// <summary>The context of an <see cref="UntypedActor"/>.</summary>
public interface IUntypedActorContext : IActorContext
{
    /// <summary>Replaces the behaviour at the top of the stack.</summary>
    void Become(UntypedReceive receive);

    /// <summary>Puts a behaviour on the stack.</summary>
    void BecomeStacked(UntypedReceive receive);
}
