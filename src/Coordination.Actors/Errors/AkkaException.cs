namespace Coordination.Actors;

/// <summary>The base of the exceptions of the actor runtime. The name is the one of the API that the runtime mirrors.</summary>
public abstract class AkkaException : Exception
{
    /// <summary>Without words.</summary>
    protected AkkaException() { }

    /// <summary>With a message and a cause.</summary>
    protected AkkaException(string message, Exception? cause = null) : base(message, cause) { }

    /// <summary>The cause.</summary>
    protected Exception? Cause => InnerException;
}
