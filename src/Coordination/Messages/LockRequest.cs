namespace Coordination.Messages;

/// <summary>
/// What an actor of the host sends to <see cref="CoordinationSystem.Actor"/> to get a lock. The answers, each a <see cref="LockNews"/>, go to the sender; when the
/// sender ends,
/// its requests are withdrawn and its locks released.
/// </summary>
/// <param name="Name">The name, which is the key in etcd.</param>
public abstract record LockRequest(string Name)
{
    /// <summary>
    /// Get the lock. Answered with exactly one of <see cref="LockNews.Acquired"/>, <see cref="LockNews.NotAcquired"/> and <see cref="LockNews.Failed"/>; when it is lost
    /// later, with <see cref="LockNews.Lost"/>. Release it by its handle, which need not be awaited.
    /// </summary>
    /// <param name="Name">The name, which is the key in etcd.</param>
    /// <param name="Timeout">How long to wait for another holder, from 0 (a try) to 24 days; null or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: without end.</param>
    public sealed record Acquire(string Name, TimeSpan? Timeout = null) : LockRequest(Name)
    {
        /// <summary>How it is used; null: fair, on the session's lease.</summary>
        public DistributedLockOptions? Options { get; init; }
    }

    /// <summary>Withdraw the sender's requests that are not answered yet; they are answered with <see cref="LockNews.Failed"/>. A held lock stays held.</summary>
    /// <param name="Name">The name of the lock.</param>
    public sealed record Withdraw(string Name) : LockRequest(Name);
}
