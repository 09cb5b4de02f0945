namespace Coordination.Actors;

/// <summary>
/// The inside of one actor: its instance, behaviours, children, watches and mailbox. Survives restarts; the instance does not.
/// Everything here runs on the actor's own turn unless it says otherwise.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    /// <summary>The cell whose turn is running on this thread, or null.</summary>
    [ThreadStatic]
    internal static ActorCell? Current;

    private readonly Props _props;
    private ActorBase? _actor;

    public ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, ActorRefBase parent)
    {
        (SystemImpl, SelfRef, _props, ParentRef) = (system, self, props, parent);
        Mailbox = new Mailbox(this, system.Dispatcher);
        Watchers = new DeathWatch(this);
    }

    /// <summary>The cell whose turn is running on this thread.</summary>
    public static ActorCell Active => Current ?? throw new NotSupportedException(
        "There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    public ActorSystemImpl SystemImpl { get; }

    public LocalActorRef SelfRef { get; }

    public ActorRefBase ParentRef { get; }

    public Mailbox Mailbox { get; }

    public Children Children { get; } = new();

    public DeathWatch Watchers { get; }

    public ActorBase? Actor => _actor;

    public IActorRef Self => SelfRef;

    public IActorRef Parent => ParentRef;

    public ActorSystem System => SystemImpl;

    public Props Props => _props;

    public IActorRef Sender => _current?.Sender ?? SystemImpl.DeadLetters;

    public IActorRef Watch(IActorRef subject) => Watchers.Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Watchers.Watch(subject, message);
    }

    public IActorRef Unwatch(IActorRef subject) => Watchers.Unwatch(subject);

    public ActorSelection ActorSelection(ActorPath actorPath) => SystemImpl.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => Actors.ActorSelection.From(SystemImpl, SelfRef, actorPath);
}
