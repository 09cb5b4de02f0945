namespace Coordination.Actors;

/// <summary>A message with its sender.</summary>
public readonly struct Envelope
{
    /// <summary>Puts a message and its sender together.</summary>
    public Envelope(object message, IActorRef? sender) => (Message, Sender) = (message, sender);

    /// <summary>The message.</summary>
    public object Message { get; }

    /// <summary>Who sent it, or null.</summary>
    public IActorRef? Sender { get; }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Envelope other && Equals(Message, other.Message) && Equals(Sender, other.Sender);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Message, Sender);

    /// <inheritdoc/>
    public override string ToString() => $"<{Message}> from {(Sender is null ? "NoSender" : Sender.ToString())}";
}
