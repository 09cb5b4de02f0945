namespace Coordination.Actors;

/// <summary>The operation is not possible now, for example stashing a message twice.</summary>
public class IllegalActorStateException : AkkaException
{
    /// <summary>With a message.</summary>
    public IllegalActorStateException(string message) : base(message) { }
}
