namespace Coordination.Actors;

/// <summary>Local actors, found by path at the moment of each message. Names can be patterns with <c>*</c> and <c>?</c>.</summary>
public class ActorSelection : ICanTell
{
    private readonly string[] _elements;

    private ActorSelection(ActorSystemImpl system, ActorRefBase anchor, string[] elements) =>
        (SystemImpl, Anchor, _elements) = (system, anchor, elements);

    /// <summary>Where the path begins.</summary>
    public IActorRef Anchor { get; }

    /// <summary>The path from the anchor.</summary>
    public string PathString => "/" + string.Join('/', _elements);

    internal ActorSystemImpl SystemImpl { get; }

    /// <summary>Sends a message to all actors of the selection. If there is none, it is a dead letter. Inside an actor the sender is that actor unless given.</summary>
    public void Tell(object message, IActorRef? sender = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        sender ??= ActorCell.Current?.Self;
        var found = SelectionWalk.Find((ActorRefBase)Anchor, _elements);
        foreach (var actor in found) actor.Tell(message, sender);
        if (found.Count > 0) return;
        var path = _elements.Aggregate(Anchor.Path, (parent, name) => name == ".." ? parent.Parent : parent.Child(name));
        SystemImpl.DeadLetterRef.Refuse(message, sender, new EmptyActorRef(SystemImpl, path));
    }

    /// <summary>The reference of the actor.</summary>
    /// <exception cref="ActorNotFoundException">There is no such actor, or it did not answer in time.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    /// <summary>The reference of the actor.</summary>
    /// <exception cref="ActorNotFoundException">There is no such actor, or it did not answer in time.</exception>
    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(this), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException("subject was null");
        }
        catch (AskTimeoutException late)
        {
            throw new ActorNotFoundException($"{this} did not answer in time.", late);
        }
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is ActorSelection other && Anchor.Equals(other.Anchor) && _elements.SequenceEqual(other._elements);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    /// <inheritdoc/>
    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path}), Path({PathString})]";

    internal static ActorSelection From(ActorSystemImpl system, ActorRefBase anchor, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (ActorPath.TryParse(path, out var absolute)) return From(system, absolute!);
        return new ActorSelection(system, path.StartsWith('/') ? system.Root : anchor, path.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }

    internal static ActorSelection From(ActorSystemImpl system, ActorPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ActorRefBase anchor = path.Address.Equals(system.Root.Path.Address) ? system.Root : new EmptyActorRef(system, path.Root);
        return new ActorSelection(system, anchor, [.. path.Elements]);
    }
}
