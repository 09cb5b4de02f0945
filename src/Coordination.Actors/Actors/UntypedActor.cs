namespace Coordination.Actors;

/// <summary>An actor with one method for all messages.</summary>
public abstract class UntypedActor : ActorBase
{
    /// <summary>The context of the actor whose turn it is.</summary>
    protected static new IUntypedActorContext Context => ActorCell.Active;

    /// <inheritdoc/>
    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    /// <summary>Handles a message; call <see cref="ActorBase.Unhandled"/> for one that it does not know.</summary>
    protected abstract void OnReceive(object message);

    /// <summary>Replaces the behaviour at the top of the stack.</summary>
    protected void Become(UntypedReceive receive) => Cell.Become(receive);

    /// <summary>Puts a behaviour on the stack.</summary>
    protected void BecomeStacked(UntypedReceive receive) => Cell.BecomeStacked(receive);

    /// <summary>Runs an action as a task of this actor; no message is handled until it is done.</summary>
    protected void RunTask(Action action) => AsyncTurn.Run(this, () =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <summary>Runs a task on the turn of this actor; no message is handled until it is done.</summary>
    protected void RunTask(Func<Task> action) => AsyncTurn.Run(this, action);
}
