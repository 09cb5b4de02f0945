namespace Coordination.Actors;

/// <summary>The base of all actors. One message at a time; the members are only for the actor's own turn.</summary>
public abstract class ActorBase
{
    /// <summary>Only the runtime makes actors, from <see cref="Props"/>.</summary>
    /// <exception cref="ActorInitializationException">The actor was made with <c>new</c> outside of the runtime.</exception>
    protected ActorBase()
    {
        Cell = ActorCell.Current ?? throw new ActorInitializationException(
            $"You cannot create an instance of [{GetType().FullName}] explicitly using the constructor (new). Use ActorOf with Props.");
        Self = Cell.Self;
        Cell.Become(Receive);
        if (this is IWithTimers timed) timed.Timers = new ActorTimers(Cell);
    }

    internal ActorCell Cell { get; }

    /// <summary>The context of the actor whose turn it is.</summary>
    /// <exception cref="NotSupportedException">No actor's turn is running on this thread, for example after an await that left it.</exception>
    protected static IActorContext Context => ActorCell.Active;

    /// <summary>A behaviour that handles nothing.</summary>
    protected static Receive EmptyReceive { get; } = _ => false;

    /// <summary>This actor.</summary>
    protected IActorRef Self { get; }

    /// <summary>Who sent the message being handled; dead letters when nobody did.</summary>
    protected IActorRef Sender => ActorCell.Active.Sender;

    /// <summary>Handles a message with the behaviour at the top of the stack.</summary>
    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        if (receive(message)) return true;
        Unhandled(message);
        return false;
    }

    /// <summary>Runs <see cref="PreStart"/>.</summary>
    public virtual void AroundPreStart() => PreStart();

    /// <summary>Cancels the timers and runs <see cref="PreRestart"/>.</summary>
    public virtual void AroundPreRestart(Exception cause, object? message)
    {
        CancelTimers();
        PreRestart(cause, message);
    }

    /// <summary>Runs <see cref="PostRestart"/>.</summary>
    public virtual void AroundPostRestart(Exception cause, object? message) => PostRestart(cause);

    /// <summary>Cancels the timers and runs <see cref="PostStop"/>.</summary>
    public virtual void AroundPostStop()
    {
        CancelTimers();
        PostStop();
    }

    /// <summary>The first behaviour.</summary>
    protected abstract bool Receive(object message);

    /// <summary>What happens with a message that no behaviour handled: a <see cref="Terminated"/> breaks the death pact, others are published as <see cref="UnhandledMessage"/>.</summary>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated) throw new DeathPactException(terminated.ActorRef);
        Cell.SystemImpl.EventStream.Publish(new UnhandledMessage(message, Cell.Sender, Self));
    }

    /// <summary>Runs before the first message of a new actor.</summary>
    protected virtual void PreStart() { }

    /// <summary>Runs in the failed instance before it is replaced. By default stops all children and runs <see cref="PostStop"/>.</summary>
    protected virtual void PreRestart(Exception reason, object? message)
    {
        foreach (var child in Cell.GetChildren())
        {
            Cell.Unwatch(child);
            Cell.Stop(child);
        }

        PostStop();
    }

    /// <summary>Runs in the new instance after a restart. By default runs <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>Runs after the actor and all its children have stopped.</summary>
    protected virtual void PostStop() { }

    /// <summary>How this actor supervises its children. Props can override it.</summary>
    protected internal virtual SupervisorStrategy SupervisorStrategy() => Actors.SupervisorStrategy.DefaultStrategy;

    /// <summary>Replaces the behaviour at the top of the stack.</summary>
    protected void Become(Receive receive) => Cell.Become(receive);

    /// <summary>Puts a behaviour on the stack.</summary>
    protected void BecomeStacked(Receive receive) => Cell.BecomeStacked(receive);

    /// <summary>Goes back to the behaviour below; the first one stays.</summary>
    protected void UnbecomeStacked() => Cell.UnbecomeStacked();

    /// <summary>Sends <see cref="ReceiveTimeout"/> after each idle period of that length; null ends it.</summary>
    protected void SetReceiveTimeout(TimeSpan? timeout) => Cell.SetReceiveTimeout(timeout);

    private void CancelTimers()
    {
        if (this is IWithTimers { Timers: { } timers }) timers.CancelAll();
    }
}
