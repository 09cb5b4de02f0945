namespace Coordination.Actors;

/// <content>The children: starting, finding, stopping, and what their end means for an actor that waits for it.</content>
internal sealed partial class ActorCell
{
    public IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null && !ActorPath.IsValidPathElement(name))
            throw new InvalidActorNameException($"Invalid actor path element [{name}]: a name is not empty, does not start with $ and holds letters, digits and {ActorPath.ValidSymbols} only.");
        return Children.Add(name, childName =>
        {
            var child = new LocalActorRef(SystemImpl, props, SelfRef, new ChildActorPath(SelfRef.Path, childName, SystemImpl.NextUid()));
            child.SendSystem(new CreateMessage()); // before anybody can find the child
            return child;
        });
    }

    public IActorRef Child(string name) => (IActorRef?)Children.Find(name)?.Child ?? ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => Children.All();

    public void Stop(IActorRef child)
    {
        Children.ShallDie(child);
        ActorRefBase.Of(child).StopThis();
    }

    /// <summary>A child or a watched actor has stopped.</summary>
    public void ActorDied(ActorRefBase actor, bool existenceConfirmed)
    {
        Watchers.ActorDied(actor, existenceConfirmed, tellSelf: !Children.IsTerminating);
        var (ended, cause) = Children.Remove(actor);
        switch (ended)
        {
            case ChildrenEnding.Recreation:
                FinishRecreate(cause!);
                RunWaitingSystemMessages();
                break;
            case ChildrenEnding.Creation:
                FinishCreate();
                RunWaitingSystemMessages();
                break;
            case ChildrenEnding.Termination:
                FinishTerminate();
                break;
        }
    }

    private void StopChildren()
    {
        foreach (var child in Children.All()) Stop(child);
    }
}
