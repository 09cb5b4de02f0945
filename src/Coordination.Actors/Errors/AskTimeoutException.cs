namespace Coordination.Actors;

/// <summary>Nobody answered an ask in time.</summary>
public class AskTimeoutException : AkkaException
{
    /// <summary>With a message.</summary>
    public AskTimeoutException(string message) : base(message) { }
}
