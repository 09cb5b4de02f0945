namespace Coordination;

/// <summary>
/// Something that is held for a while: a lock, a place in a reader-writer lock, permits of a semaphore, several locks at once. Thread-safe. Disposing
/// it gives it back. Holding it is no proof of ownership: what it protects should check the token, see <see cref="ILockHandle"/>.
/// </summary>
public interface IClaim : IAsyncDisposable
{
    /// <summary>Whether it may be claimed now. Answered by the clock, so it is right even when no timer could fire. Once false, always false.</summary>
    bool IsHeld { get; }

    /// <summary>How long the claim is good without another renewal of the lease; zero when it is not held.</summary>
    TimeSpan ValidFor { get; }

    /// <summary>
    /// Cancelled when it is lost, also because the system was stopped; not when it was released. When the lease ran out this is before anybody else can acquire it, unless
    /// this process is paused: then it is as soon as it runs again, and <see cref="IsHeld"/> and the token tell at once. When somebody interfered with a key
    /// it is within half a second after that. Callbacks run on a thread of their own.
    /// </summary>
    CancellationToken Lost { get; }

    /// <summary>Why it is not held any more; null while it is.</summary>
    LossReason? LossReason { get; }

    /// <summary>
    /// Gives it back. Idempotent: again, or after a loss, does nothing. <see cref="IsHeld"/> is false from the call on. Only what this acquisition put is deleted; while
    /// etcd is away it is tried again until the lease has run out. <see cref="IAsyncDisposable.DisposeAsync"/> does the same, waits at most
    /// <see cref="CoordinationOptions.StopTimeout"/> while it goes on, and does not throw.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting, not the release.</param>
    /// <exception cref="CoordinationException">etcd refused the release; the key goes with its lease.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task ReleaseAsync(CancellationToken cancellationToken = default);
}
