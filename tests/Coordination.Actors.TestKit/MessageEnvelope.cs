namespace Coordination.Actors.TestKit;

/// <summary>A message that a test actor received.</summary>
public abstract class MessageEnvelope
{
    private protected MessageEnvelope() { }

    public abstract object Message { get; }

    public abstract IActorRef? Sender { get; }
}

internal sealed class RealMessageEnvelope(object message, IActorRef? sender) : MessageEnvelope
{
    public override object Message => message;

    public override IActorRef? Sender => sender;

    public override string ToString() => $"<{message}> from {sender}";
}
