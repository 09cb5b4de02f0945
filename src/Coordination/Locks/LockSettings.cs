namespace Coordination.Locks;

/// <summary>The limits of one lock, from <see cref="LockOptions"/>.</summary>
/// <param name="MaxWaiters">Requests that may wait in this process.</param>
/// <param name="MaxUnresolved">Attempts with an unknown outcome that are tracked; beyond that the lease is given up.</param>
internal sealed record LockSettings(int MaxWaiters, int MaxUnresolved)
{
    /// <summary>
    /// How old a ticket may be for the lock to be handed to it in the releasing transaction. Who took one so recently is taken to be alive; an older
    /// one is woken by the deletion of the key, and passed over when it does not react.
    /// </summary>
    public TimeSpan HandOverWindow { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// For how long after a hand-over who wants the lock again takes its place in line at that revision, without an attempt that would only meet the holder.
    /// </summary>
    public TimeSpan RejoinWindow { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// How often in a row the key may be overwritten for the next holder before it is deleted for once: programs without tickets wait for that.
    /// </summary>
    public long MaxHandOvers { get; init; } = 64;
}
