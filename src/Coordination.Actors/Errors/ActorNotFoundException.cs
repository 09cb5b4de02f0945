namespace Coordination.Actors;

/// <summary>A selection matched no actor.</summary>
public class ActorNotFoundException : AkkaException
{
    /// <summary>Without words.</summary>
    public ActorNotFoundException() { }

    /// <summary>With a message.</summary>
    public ActorNotFoundException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public ActorNotFoundException(string message, Exception innerException) : base(message, innerException) { }
}
