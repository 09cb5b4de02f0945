namespace Coordination.Actors;

/// <summary>Asks an actor for its reference; it answers <see cref="ActorIdentity"/> by itself.</summary>
public sealed class Identify : IAutoReceivedMessage
{
    /// <summary>Makes the question.</summary>
    /// <param name="messageId">Comes back with the answer.</param>
    public Identify(object messageId) => MessageId = messageId;

    /// <summary>Comes back with the answer.</summary>
    public object MessageId { get; }

    /// <inheritdoc/>
    public override string ToString() => $"<Identify>: {MessageId}";
}
