namespace Coordination.Supervision;

/// <summary>
/// Where an actor sends the one reply to somebody who is no actor. Akka's Ask does the same with a path, a name and a registration of its own for each question;
/// for a lock that is taken thousands of times a second that was a sixth of all that was allocated. Thread-safe.
/// </summary>
internal sealed class ReplyRef<T> : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CoordinationSystem _system;
    private readonly CancellationTokenRegistration _stopping;

    private ReplyRef(CoordinationSystem system)
    {
        _system = system;
        _stopping = system.Stopped.UnsafeRegister(static self => ((ReplyRef<T>)self!).OnStopped(), this);
    }

    public override ActorPath Path => Provider.DeadLetters.Path;

    public override IActorRefProvider Provider => ((IInternalActorRef)_system.Supervisor).Provider;

    /// <summary>Asks. The task fails when the system stops.</summary>
    public static Task<T> AskAsync(CoordinationSystem system, IActorRef actor, object question)
    {
        var reply = new ReplyRef<T>(system);
        actor.Tell(question, reply);
        return reply._reply.Task;
    }

    /// <summary>Asks a question that says itself who is answered.</summary>
    public static Task<T> AskAsync(CoordinationSystem system, IActorRef actor, Func<IActorRef, object> question)
    {
        var reply = new ReplyRef<T>(system);
        actor.Tell(question(reply), reply);
        return reply._reply.Task;
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        _stopping.Unregister();
        if (message is T reply)
        {
            _reply.TrySetResult(reply);
        }
        else
        {
            _reply.TrySetException(new InvalidCastException($"The reply to a question is {message}, and no {typeof(T).Name}."));
        }
    }

    private void OnStopped() => _reply.TrySetException(_system.HasStopped());
}
