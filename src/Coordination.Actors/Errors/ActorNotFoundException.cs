namespace Coordination.Actors;

/// <summary>A selection matched no actor.</summary>
public class ActorNotFoundException : AkkaException
{
    /// <summary>Without words.</summary>
    public ActorNotFoundException() { }

    /// <summary>With a message and a cause.</summary>
    public ActorNotFoundException(string message, Exception? innerException = null) : base(message, innerException) { }
}
