using System.Runtime.ExceptionServices;

namespace Coordination.Actors;

/// <summary>
/// A task that runs on the turns of its actor: each continuation comes back as a system message, and until the task is done
/// the mailbox is suspended. A task outlives its instance only off the actor: its continuations then run without a context.
/// </summary>
internal sealed class AsyncTurn(ActorCell cell, ActorBase owner) : SynchronizationContext
{
    public bool IsAbandoned => !ReferenceEquals(cell.Actor, owner);

    public static void Run(UntypedActor actor, Func<Task> action)
    {
        var turn = new AsyncTurn(actor.Cell, actor);
        var task = turn.Inside(action) ?? throw new InvalidOperationException("The asynchronous handler returned no task.");
        if (task.IsCompletedSuccessfully) return;
        if (task.IsCompleted) ExceptionDispatchInfo.Throw(FailureOf(task));
        actor.Cell.OpenTurn();
        _ = task.ContinueWith(
            static (done, state) => ((AsyncTurn)state!).Finish(done), turn, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public override void Post(SendOrPostCallback d, object? state) =>
        cell.Mailbox.PostSystem(new Continuation(this, () => d(state)));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("An actor cannot be entered synchronously.");

    public override SynchronizationContext CreateCopy() => this;

    public T Inside<T>(Func<T> action)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            return action();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private void Finish(Task task) => cell.Mailbox.PostSystem(new Continuation(this, () =>
    {
        if (IsAbandoned) return;
        cell.CloseTurn();
        if (!task.IsCompletedSuccessfully) cell.Fail(FailureOf(task));
        else cell.TurnsMayBeOver();
    }));

    private static Exception FailureOf(Task task) => task.Exception?.InnerException ?? new TaskCanceledException(task);
}

/// <summary>A piece of an asynchronous handler.</summary>
internal sealed class Continuation(AsyncTurn turn, Action action) : SystemMessage
{
    public override void Run(ActorCell cell)
    {
        if (turn.IsAbandoned) RunAbandoned();
        else turn.Inside(() => { action(); return true; });
    }

    /// <summary>The instance is gone: the rest of its task runs, but not as an actor.</summary>
    public void RunAbandoned()
    {
        var outer = ActorCell.Current;
        ActorCell.Current = null;
        try
        {
            action();
        }
        finally
        {
            ActorCell.Current = outer;
        }
    }
}
