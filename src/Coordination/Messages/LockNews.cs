namespace Coordination.Messages;

/// <summary>The answers to an actor of the host that asked for a lock (<see cref="LockRequest.Acquire"/>).</summary>
/// <param name="Name">The name of the lock.</param>
public abstract record LockNews(string Name)
{
    /// <summary>The lock is held, until it is released, lost, or the actor ends. The answer to a request.</summary>
    /// <param name="Name">The name of the lock.</param>
    /// <param name="Handle">The handle.</param>
    public sealed record Acquired(string Name, ILockHandle Handle) : LockNews(Name);

    /// <summary>Somebody else holds the lock, and the request did not want to wait, or not longer. The answer to a request.</summary>
    /// <param name="Name">The name of the lock.</param>
    /// <param name="Holder">Who holds it, as far as it is known.</param>
    public sealed record NotAcquired(string Name, LockHolder? Holder) : LockNews(Name);

    /// <summary>The request failed, or was withdrawn. The answer to a request.</summary>
    /// <param name="Name">The name of the lock.</param>
    /// <param name="Error">Why; an <see cref="OperationCanceledException"/> when it was withdrawn.</param>
    public sealed record Failed(string Name, Exception Error) : LockNews(Name);

    /// <summary>A held lock is lost. Not sent when it was released.</summary>
    /// <param name="Name">The name of the lock.</param>
    /// <param name="Token">The fencing token of the acquisition that is lost.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Lost(string Name, long Token, LossReason Reason) : LockNews(Name);
}
