namespace Coordination;

/// <summary>
/// Something that is held for a while: a lock, a place in a reader-writer lock, permits of a semaphore, several locks at once. Thread-safe. Disposing
/// it gives it back. Holding it is no proof of ownership: what it protects should check the token, see <see cref="LockHandle"/>.
/// </summary>
public interface ILockHandle : IAsyncDisposable
{
    /// <summary>Whether it may be claimed now. Answered by the clock, so it is right even when no timer could fire. Once false, always false.</summary>
    bool IsHeld { get; }

    /// <summary>How long the claim is good without another renewal of the lease; zero when it is not held.</summary>
    TimeSpan ValidFor { get; }

    /// <summary>Cancelled when it is lost; not when it was released. Callbacks run on a thread of their own.</summary>
    CancellationToken Lost { get; }

    /// <summary>Why it is not held any more; null while it is.</summary>
    LossReason? LossReason { get; }

    /// <summary>Gives it back. Idempotent: again, or after a loss, does nothing. <see cref="IsHeld"/> is false from the call on.</summary>
    /// <param name="cancellationToken">Stops waiting, not the release.</param>
    /// <exception cref="CoordinationException">etcd refused the release; it goes with its lease.</exception>
    Task ReleaseAsync(CancellationToken cancellationToken = default);
}
