namespace Coordination.Actors;

/// <summary>What the runtime says to an actor behind its user messages' back.</summary>
internal abstract class SystemMessage
{
    public SystemMessage? Next;

    public abstract void Run(ActorCell cell);

    /// <summary>The queue is a stack: turns it into arrival order.</summary>
    public static SystemMessage? InOrder(SystemMessage? newest)
    {
        SystemMessage? first = null;
        while (newest is not null) (newest.Next, first, newest) = (first, newest, newest.Next);
        return first;
    }
}

/// <summary>Make the first instance.</summary>
internal sealed class CreateMessage : SystemMessage
{
    public override void Run(ActorCell cell) => cell.Create();
}

/// <summary>Stop after the current message.</summary>
internal sealed class StopMessage : SystemMessage
{
    public override void Run(ActorCell cell) => cell.Terminate();
}

/// <summary>Handle no user messages, because the supervisor has failed.</summary>
internal sealed class SuspendMessage : SystemMessage
{
    public override void Run(ActorCell cell) => cell.SuspendAll();
}

/// <summary>Go on. The cause is given when this ends the actor's own failure.</summary>
internal sealed class ResumeMessage(Exception? causedByFailure) : SystemMessage
{
    public override void Run(ActorCell cell) => cell.ResumeAll(causedByFailure);
}

/// <summary>Make a new instance.</summary>
internal sealed class RecreateMessage(Exception cause) : SystemMessage
{
    public override void Run(ActorCell cell) => cell.Recreate(cause);
}

/// <summary>A child failed and waits for the verdict.</summary>
internal sealed class FailedMessage(LocalActorRef child, Exception cause) : SystemMessage
{
    public LocalActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    public override void Run(ActorCell cell) => cell.JudgeFailure(this);
}

/// <summary>Somebody wants to know when the actor stops.</summary>
internal sealed class WatchMessage(ActorRefBase watchee, ActorRefBase watcher) : SystemMessage
{
    public ActorRefBase Watchee { get; } = watchee;

    public ActorRefBase Watcher { get; } = watcher;

    public override void Run(ActorCell cell) => cell.Watchers.AddWatcher(Watcher);
}

/// <summary>Somebody does not want to know any more.</summary>
internal sealed class UnwatchMessage(ActorRefBase watcher) : SystemMessage
{
    public override void Run(ActorCell cell) => cell.Watchers.RemoveWatcher(watcher);
}

/// <summary>A watched actor or a child has stopped.</summary>
internal sealed class DeathWatchNotification(ActorRefBase actor, bool existenceConfirmed) : SystemMessage
{
    public ActorRefBase Actor { get; } = actor;

    public override void Run(ActorCell cell) => cell.ActorDied(Actor, existenceConfirmed);
}
