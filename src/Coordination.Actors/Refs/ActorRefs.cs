namespace Coordination.Actors;

/// <summary>The two references that stand for nobody.</summary>
public static class ActorRefs
{
    /// <summary>No sender: the receiver sees dead letters as its sender.</summary>
    public static readonly IActorRef? NoSender;

    /// <summary>The actor that does not exist. Messages to it vanish.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;
}
