namespace Coordination.Actors;

/// <summary>The root of the tree of one system.</summary>
public sealed class RootActorPath : ActorPath
{
    /// <summary>Makes the root of a system.</summary>
    public RootActorPath(Address address, string name = "/") : base(name, 0) => Address = address;

    /// <inheritdoc/>
    public override Address Address { get; }

    /// <inheritdoc/>
    public override ActorPath Parent => this;

    /// <inheritdoc/>
    public override ActorPath Root => this;

    /// <inheritdoc/>
    public override int Depth => 0;

    /// <inheritdoc/>
    public override ActorPath WithUid(long uid) =>
        uid == 0 ? this : throw new NotSupportedException("A root has no incarnation.");
}
