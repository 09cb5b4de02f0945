namespace Coordination.Actors;

/// <summary>An actor failed again while it was restarted. The default decider stops it.</summary>
public class PostRestartException : ActorInitializationException
{
    /// <summary>With the actor, the new cause and the cause of the restart.</summary>
    public PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
        : base(actor, $"Exception post restart ({(originalCause is null ? "null" : originalCause.GetType().ToString())})", cause) =>
        OriginalCause = originalCause!;

    /// <summary>Why the actor was restarted.</summary>
    public Exception OriginalCause { get; }
}
