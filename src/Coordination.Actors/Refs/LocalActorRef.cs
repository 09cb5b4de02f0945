namespace Coordination.Actors;

/// <summary>The reference of a living or dead actor: its path and its cell.</summary>
internal sealed class LocalActorRef : ActorRefBase, IActorRef
{
    private readonly Mailbox _mailbox;

    public LocalActorRef(ActorSystemImpl system, Props props, ActorRefBase parent, ActorPath path)
    {
        Path = path;
        Cell = new ActorCell(system, this, props, parent);
        _mailbox = Cell.Mailbox;
    }

    public ActorCell Cell { get; }

    public override ActorPath Path { get; }

    internal override ActorSystemImpl SystemImpl => Cell.SystemImpl;

    internal override ActorRefBase ParentRef => Cell.ParentRef;

    // The hot path: the interface is implemented again so that a Tell is one interface call.
    void ICanTell.Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        _mailbox.Post(message, sender);
    }

    internal override void SendSystem(SystemMessage message) => _mailbox.PostSystem(message);

    internal override ActorRefBase? FindChild(string name) => Cell.Children.Find(name)?.Child;

    private protected override void TellInternal(object message, IActorRef? sender) => _mailbox.Post(message, sender);
}
