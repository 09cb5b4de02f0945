namespace Coordination.Actors;

/// <summary>An actor failed in its constructor or in PreStart. The default decider stops it.</summary>
public class ActorInitializationException : AkkaException
{
    /// <summary>Without words.</summary>
    public ActorInitializationException() { }

    /// <summary>With a message.</summary>
    public ActorInitializationException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public ActorInitializationException(string message, Exception? cause) : base(message, cause) { }

    /// <summary>With the actor, a message and a cause.</summary>
    public ActorInitializationException(IActorRef actor, string message, Exception? cause = null) : base(message, cause) => Actor = actor;

    /// <summary>The actor that could not be made.</summary>
    public IActorRef? Actor { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";
}
