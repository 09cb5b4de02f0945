namespace Coordination.Actors;

/// <summary>Asking: a message whose answer is a task. No timeout means: forever. Between actors send messages instead.</summary>
public static class Futures
{
    /// <summary>Asks.</summary>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    /// <summary>Asks until cancelled.</summary>
    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    /// <summary>Asks with a timeout or until cancelled.</summary>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    /// <summary>Asks for an answer of a type.</summary>
    /// <exception cref="AskTimeoutException">Nobody answered in time; also when the target is dead.</exception>
    /// <exception cref="ArgumentException">The answer is of another type.</exception>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    /// <summary>Asks for an answer of a type until cancelled.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    /// <summary>Asks for an answer of a type with a timeout or until cancelled.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var answer = FutureActorRef<T>.For(self, timeout, cancellationToken);
        self.Tell(message, answer);
        return answer.Task;
    }

    /// <summary>Asks for an answer of a type; the message is made with the reference that gets the answer.</summary>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messageFactory);
        var answer = FutureActorRef<T>.For(self, timeout, cancellationToken);
        self.Tell(messageFactory(answer), answer);
        return answer.Task;
    }
}
