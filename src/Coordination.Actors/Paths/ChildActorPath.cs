namespace Coordination.Actors;

/// <summary>A path below the root.</summary>
public sealed class ChildActorPath : ActorPath
{
    /// <summary>Makes the path of a child.</summary>
    public ChildActorPath(ActorPath parentPath, string name, long uid) : base(name, uid)
    {
        ArgumentNullException.ThrowIfNull(parentPath);
        Parent = parentPath;
        Depth = parentPath.Depth + 1;
    }

    /// <inheritdoc/>
    public override ActorPath Parent { get; }

    /// <inheritdoc/>
    public override int Depth { get; }

    /// <inheritdoc/>
    public override Address Address => Root.Address;

    /// <inheritdoc/>
    public override ActorPath Root => Parent.Root;

    /// <inheritdoc/>
    public override ActorPath WithUid(long uid) => uid == Uid ? this : new ChildActorPath(Parent, Name, uid);
}
