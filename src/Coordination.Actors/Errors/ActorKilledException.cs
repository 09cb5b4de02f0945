namespace Coordination.Actors;

/// <summary>The actor got <see cref="Kill"/>. The default decider stops it.</summary>
public class ActorKilledException : AkkaException
{
    /// <summary>Without words.</summary>
    public ActorKilledException() { }

    /// <summary>With a message.</summary>
    public ActorKilledException(string message) : base(message) { }
}
