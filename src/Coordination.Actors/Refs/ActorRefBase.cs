namespace Coordination.Actors;

/// <summary>What all references share: equality by path and incarnation, and the inner entrance for system messages.</summary>
public abstract class ActorRefBase : IActorRef
{
    private protected ActorRefBase() { }

    /// <inheritdoc/>
    public abstract ActorPath Path { get; }

    /// <summary>The system the reference belongs to; null for <see cref="Nobody"/>.</summary>
    internal virtual ActorSystemImpl? SystemImpl => null;

    /// <summary>The reference one level up; nobody at the root.</summary>
    internal virtual ActorRefBase ParentRef => Nobody.Instance;

    /// <inheritdoc/>
    public void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        TellInternal(message, sender);
    }

    /// <inheritdoc/>
    public bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IActorRef other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Path.Uid != 0 ? Path.Uid.GetHashCode() : Path.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(IActorRef? other)
    {
        if (other is null) return 1;
        var byPath = Path.CompareTo(other.Path);
        return byPath != 0 ? byPath : Path.Uid.CompareTo(other.Path.Uid);
    }

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        IActorRef other => CompareTo(other),
        _ => throw new ArgumentException("Only an actor reference can be compared to one.", nameof(obj)),
    };

    /// <inheritdoc/>
    public override string ToString() => Path.Uid == 0 ? $"[{Path}]" : $"[{Path}#{Path.Uid}]";

    /// <summary>Takes a system message; by default there is nobody to take it.</summary>
    internal virtual void SendSystem(SystemMessage message) { }

    /// <summary>The child with that name, or null.</summary>
    internal virtual ActorRefBase? FindChild(string name) => null;

    private protected abstract void TellInternal(object message, IActorRef? sender);

    internal void StopThis() => SendSystem(new StopMessage());

    /// <summary>The inner side of a reference. All references are made by this runtime, or wrap one that is.</summary>
    internal static ActorRefBase Of(IActorRef reference) => reference switch
    {
        ActorRefBase actor => actor,
        IActorRefWrapper wrapper => Of(wrapper.Wrapped),
        null => throw new ArgumentNullException(nameof(reference)),
        _ => throw new ArgumentException($"{reference} is not a reference of this runtime.", nameof(reference)),
    };
}

/// <summary>Something that can be used like the reference it wraps, such as a test probe.</summary>
internal interface IActorRefWrapper
{
    IActorRef Wrapped { get; }
}
