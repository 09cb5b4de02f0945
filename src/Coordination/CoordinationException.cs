namespace Coordination;

/// <summary>
/// An operating failure: something that a correct program must expect from the world around it. Expected outcomes (somebody else holds the lock, a try timed out) are
/// values, not exceptions. The message never contains secrets.
/// </summary>
public class CoordinationException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">What failed.</param>
    /// <param name="message">The thing, its value and what is allowed, or what happened.</param>
    /// <param name="innerException">The cause.</param>
    public CoordinationException(CoordinationErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>What failed.</summary>
    public CoordinationErrorKind Kind { get; }
}
