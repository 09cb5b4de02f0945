namespace Coordination.Actors;

/// <summary>The address of one incarnation of one actor. Immutable and safe to share; two references are equal when path and incarnation are.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    /// <summary>Where the actor lives in the tree.</summary>
    ActorPath Path { get; }
}
