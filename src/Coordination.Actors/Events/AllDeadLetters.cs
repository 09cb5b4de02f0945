namespace Coordination.Actors;

/// <summary>A message that nobody handled, published on the event stream.</summary>
public abstract class AllDeadLetters
{
    private protected AllDeadLetters(object message, IActorRef sender, IActorRef recipient) =>
        (Message, Sender, Recipient) = (message, sender, recipient);

    /// <summary>The message.</summary>
    public object Message { get; }

    /// <summary>Who sent it.</summary>
    public IActorRef Sender { get; }

    /// <summary>Who should have got it.</summary>
    public IActorRef Recipient { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name} from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>A message to an actor that is gone.</summary>
public sealed class DeadLetter : AllDeadLetters
{
    /// <summary>Makes it.</summary>
    public DeadLetter(object message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient) { }
}

/// <summary>A message to an actor that is gone, of a kind that is no cause for concern.</summary>
public sealed class SuppressedDeadLetter : AllDeadLetters
{
    /// <summary>Makes it.</summary>
    public SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient) { }
}

/// <summary>A message that the actor's behaviour did not handle.</summary>
public sealed class UnhandledMessage : AllDeadLetters
{
    /// <summary>Makes it.</summary>
    public UnhandledMessage(object message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient) { }
}

/// <summary>A message that is no cause for concern when it becomes a dead letter.</summary>
public interface IDeadLetterSuppression;
