namespace Coordination.Actors;

/// <summary>A path where no actor is.</summary>
internal sealed class EmptyActorRef(ActorSystemImpl system, ActorPath path) : ActorRefBase
{
    public override ActorPath Path { get; } = path;

    internal override ActorSystemImpl SystemImpl => system;

    internal override void SendSystem(SystemMessage message) => DeadLetterActorRef.Refuse(message, this);

    private protected override void TellInternal(object message, IActorRef? sender) => system.DeadLetterRef.Refuse(message, sender, this);
}
