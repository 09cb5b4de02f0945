namespace Coordination;

/// <summary>
/// Something that you hold for a while: a lock, a place in a reader-writer lock, permits of a semaphore, several locks at once. Thread-safe. Disposing it gives it
/// back. Holding it is no proof of ownership: the protected resource should check the token, see <see cref="ILockHandle"/>.
/// </summary>
public interface IClaim : IAsyncDisposable
{
    /// <summary>Whether you may rely on it now. The clock answers, so it is right even when no timer could fire. Once false, always false.</summary>
    bool IsHeld { get; }

    /// <summary>How long the claim is good without another renewal of the lease; zero when it is not held.</summary>
    TimeSpan ValidFor { get; }

    /// <summary>
    /// Cancelled when it is lost, also because the system was stopped; not when it was released. When the lease runs out, this happens before anybody else can acquire
    /// it. If this process is paused meanwhile, it happens as soon as it runs again; <see cref="IsHeld"/> is false at once. When somebody deletes or changes a key, it
    /// happens within half a second. Callbacks run on a thread of their own.
    /// </summary>
    CancellationToken Lost { get; }

    /// <summary>Why it is not held any more; null while it is.</summary>
    LossReason? LossReason { get; }

    /// <summary>
    /// Gives it back. Idempotent: again, or after a loss, does nothing. <see cref="IsHeld"/> is false from the call on. It deletes only what this acquisition put.
    /// While etcd is away, it keeps trying until the lease has run out. <see cref="IAsyncDisposable.DisposeAsync"/> does the same, waits at most
    /// <see cref="CoordinationOptions.StopTimeout"/> while it goes on, and does not throw.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting, not the release.</param>
    /// <exception cref="CoordinationException">etcd refused the release; the key goes with its lease.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task ReleaseAsync(CancellationToken cancellationToken = default);
}
