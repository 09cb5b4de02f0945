namespace Coordination.Actors;

/// <summary>Whom an actor watches, who watches it, and which notifications lie in its mailbox.</summary>
internal sealed class DeathWatch(ActorCell cell)
{
    private Dictionary<IActorRef, object?>? _watching; // with the message to send instead of Terminated
    private Dictionary<IActorRef, object?>? _queued;
    private HashSet<ActorRefBase>? _watchedBy;

    public IActorRef Watch(IActorRef subject, object? message)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var watchee = ActorRefBase.Of(subject);
        if (ReferenceEquals(watchee, cell.SelfRef)) return subject;
        if (_watching is not null && _watching.TryGetValue(watchee, out var previous))
        {
            if (!Equals(previous, message))
                throw new InvalidOperationException($"Watch({subject}) termination message was not overwritten from [{previous ?? "null"}] to [{message ?? "null"}]. If this was intended, unwatch first before using Watch / WatchWith with another message.");
            return subject;
        }

        (_watching ??= []).Add(watchee, message);
        watchee.SendSystem(new WatchMessage(watchee, cell.SelfRef));
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var watchee = ActorRefBase.Of(subject);
        if (_watching?.Remove(watchee) is true) watchee.SendSystem(new UnwatchMessage(cell.SelfRef));
        _queued?.Remove(watchee);
        return subject;
    }

    public void AddWatcher(ActorRefBase watcher) => (_watchedBy ??= []).Add(watcher);

    public void RemoveWatcher(ActorRefBase watcher) => _watchedBy?.Remove(watcher);

    /// <summary>The notification goes through the mailbox, behind all that the dead actor sent.</summary>
    public void ActorDied(ActorRefBase actor, bool existenceConfirmed, bool tellSelf)
    {
        if (_watching is null || !_watching.Remove(actor, out var message) || !tellSelf) return;
        (_queued ??= [])[actor] = message;
        cell.SelfRef.Tell(new Terminated(actor, existenceConfirmed, addressTerminated: false), actor);
    }

    /// <summary>What to deliver for a notification whose turn has come; null when it was unwatched meanwhile.</summary>
    public object? TakeQueued(Terminated terminated) =>
        _queued is not null && _queued.Remove(terminated.ActorRef, out var message) ? message ?? terminated : null;

    /// <summary>The actor has stopped. Its supervisor is told separately, whether it watches or not.</summary>
    public void TellWatchers()
    {
        foreach (var watcher in _watchedBy ?? [])
        {
            if (!ReferenceEquals(watcher, cell.ParentRef)) watcher.SendSystem(new DeathWatchNotification(cell.SelfRef, existenceConfirmed: true));
        }

        foreach (var subject in _watching?.Keys ?? Enumerable.Empty<IActorRef>()) ActorRefBase.Of(subject).SendSystem(new UnwatchMessage(cell.SelfRef));
        (_watchedBy, _watching, _queued) = (null, null, null);
    }
}
