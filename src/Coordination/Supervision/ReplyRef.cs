namespace Coordination.Supervision;

/// <summary>
/// Where an actor sends the one reply to somebody who is no actor. Akka's Ask does the same with a path, a name and a registration of its own for each question;
/// for a lock that is taken thousands of times a second that was a sixth of all that was allocated. Thread-safe.
/// </summary>
internal sealed class ReplyRef<T> : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _stopping;

    private ReplyRef(IActorRefProvider provider, CancellationToken stopped)
    {
        Provider = provider;
        _stopping = stopped.UnsafeRegister(static (self, stop) => ((ReplyRef<T>)self!)._reply.TrySetCanceled(stop), this);
    }

    public override ActorPath Path => Provider.DeadLetters.Path;

    public override IActorRefProvider Provider { get; }

    /// <summary>Asks. The task is cancelled when the system stops.</summary>
    public static Task<T> AskAsync(IActorRef actor, object question, IActorRefProvider provider, CancellationToken stopped)
    {
        var reply = new ReplyRef<T>(provider, stopped);
        actor.Tell(question, reply);
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
}
