namespace Coordination.Actors;

/// <summary>The reference of an actor that does not exist.</summary>
public sealed class Nobody : ActorRefBase
{
    /// <summary>The only one.</summary>
    public static readonly Nobody Instance = new();

    private Nobody() { }

    /// <inheritdoc/>
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems).Child("Nobody");

    private protected override void TellInternal(object message, IActorRef? sender) { }
}
