using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// One term as the leader of an election. Thread-safe. Disposing it resigns.
/// <para>
/// Holding it is no proof of leading: a process can be paused for longer than its lease lives, at any point, even between a check and the next statement. So the
/// resource that only the leader may change should check the <see cref="Term"/>, which only grows: data in etcd by the <see cref="Guard"/> in the same
/// transaction, other resources by refusing a term smaller than the largest they have seen.
/// </para>
/// </summary>
public interface ILeadership : IAsyncDisposable
{
    /// <summary>The name of the election.</summary>
    string Election { get; }

    /// <summary>The key of this candidacy in etcd.</summary>
    Bytes Key { get; }

    /// <summary>The term: the create revision of the key. Strictly larger than the term of every leader before. It can be used as a fencing token.</summary>
    long Term { get; }

    /// <summary>The lease that the key lives on; it belongs to this candidacy alone.</summary>
    LeaseId Lease { get; }

    /// <summary>What is proclaimed, as far as this process knows.</summary>
    Bytes Value { get; }

    /// <summary>Whether this process may act as the leader now. Answered by the clock, so it is right even when no timer could fire. Once false, always false.</summary>
    bool IsLeader { get; }

    /// <summary>How long the claim is good without another renewal of the lease; zero when it is over.</summary>
    TimeSpan ValidFor { get; }

    /// <summary>
    /// Cancelled when the leadership is lost; not when it was resigned or transferred. When the lease runs out, this happens before anybody else can lead. If this
    /// process is paused meanwhile, it happens as soon as it runs again; <see cref="IsLeader"/> is false at once. When somebody deletes or overwrites the key, it
    /// happens as soon as the watch shows it. Callbacks run on a thread of their own.
    /// </summary>
    CancellationToken Lost { get; }

    /// <summary>Why the leadership is over; null while it is not.</summary>
    LossReason? LossReason { get; }

    /// <summary>
    /// Cancelled when this leader is asked to hand over: a preferred candidate waits, somebody asked for a transfer, or the system is being stopped while
    /// it runs work that steps down by itself. Nothing else happens by itself: finish what is under way, then <see cref="ResignAsync"/>, which puts the right
    /// candidate first.
    /// Callbacks run on a thread of their own.
    /// </summary>
    CancellationToken StepDownRequested { get; }

    /// <summary>The condition for a transaction of your own: it is true exactly as long as this candidacy is in the line, which it leads.</summary>
    EtcdCompare Guard { get; }

    /// <summary>
    /// Changes what is proclaimed. Guarded: it changes only this term's key, and only if nobody else has changed it. While etcd is away, it keeps trying.
    /// Proclamations are made one after the other.
    /// </summary>
    /// <param name="value">The value that observers see.</param>
    /// <param name="cancellationToken">Stops waiting, not the proclamation.</param>
    /// <returns>The revision of the change.</returns>
    /// <exception cref="CoordinationException">The leadership is over (Lost), or etcd refused the value.</exception>
    Task<long> ProclaimAsync(Bytes value, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives the leadership to the candidate of that name, in one transaction: this leader's key goes, and this library's candidates before the target step back and
    /// enter again behind it. Stop the leader's work before you call it.
    /// </summary>
    /// <param name="candidate">The <see cref="CampaignOptions.Name"/> of the target; if several have it, the first in line.</param>
    /// <param name="cancellationToken">Stops waiting, not the transfer.</param>
    /// <exception cref="CoordinationException">The leadership is over (Lost), or the line could not be read; in that case the leadership goes on.</exception>
    Task<TransferOutcome> TransferAsync(string candidate, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives the leadership back. Idempotent; after a loss it does nothing. <see cref="IsLeader"/> is false from the call on. It deletes only this term's
    /// key. If a candidate of this library is preferred (by priority, or because somebody asked for a transfer), it is put first as by
    /// <see cref="TransferAsync"/>; candidates of other programs before it lead first. <see cref="IAsyncDisposable.DisposeAsync"/> does the same, waits at most
    /// <see cref="CoordinationOptions.StopTimeout"/> while it goes on, and does not throw.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting, not the resignation.</param>
    Task ResignAsync(CancellationToken cancellationToken = default);
}
