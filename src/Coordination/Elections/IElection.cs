using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// An election between all programs that use the same name in the same etcd: one leads, the others wait in the order in which they came. The keys
/// are those of etcd's own elections, so <c>etcdctl elect</c>, the v3election API and Go programs take part. Thread-safe; one process can
/// have several candidates.
/// </summary>
public interface IElection
{
    /// <summary>The name. Every key that begins with it and '/' is a candidate: do not put other keys there, nor elections with names that begin so.</summary>
    string Name { get; }

    /// <summary>Takes part until elected. A candidate whose lease is lost while it waits enters again, at the end of the line.</summary>
    /// <param name="value">What is proclaimed; usually who and where the leader is.</param>
    /// <param name="options">The candidate's name, priority and TTL.</param>
    /// <param name="cancellationToken">Gives up. The candidacy leaves no key behind, at any stage.</param>
    /// <returns>The term; dispose it to resign. Having it is no proof of leading: see <see cref="ILeadership"/>.</returns>
    /// <exception cref="ArgumentException">The options are out of range.</exception>
    /// <exception cref="CoordinationException">etcd refused: permission denied, out of space, value too large. While etcd is away it waits.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    Task<ILeadership> CampaignAsync(Bytes value, CampaignOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs work only while leading: campaigns, starts the work when elected, cancels it when the leadership is lost or must be handed over, waits until it has really
    /// stopped, resigns, and campaigns again. The lease is renewed until the work has stopped, so nobody else leads before that, unless
    /// the leadership was lost or the work takes longer than <see cref="ElectionOptions.DrainTimeout"/>.
    /// </summary>
    /// <param name="value">What is proclaimed.</param>
    /// <param name="work">
    /// The work. Its token is cancelled when it has to stop: the leadership is lost, a preferred candidate waits or a transfer was requested, or the caller
    /// or the system stops. It may run once for every term.
    /// </param>
    /// <param name="options">The candidate's name, priority and TTL.</param>
    /// <param name="cancellationToken">Ends everything: the work is stopped, then the leadership is resigned.</param>
    /// <returns>Completes when the work has completed by itself, without being asked to stop; the leadership is resigned then.</returns>
    /// <exception cref="CoordinationException">etcd refused, or the system has stopped.</exception>
    /// <exception cref="TimeoutException">The work did not stop within <see cref="ElectionOptions.DrainTimeout"/>: it may still run, so it is not started again.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>An exception of the work is thrown here, after the leadership is resigned.</remarks>
    Task RunWhileLeaderAsync(
        Bytes value, Func<ILeadership, CancellationToken, Task> work, CampaignOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// The current leader, then every change of leader or value, and when there is no leader. It goes on over outages and compactions of etcd, and reports the latest
    /// state if it differs. A slow reader skips (<see cref="LeaderChanged.Skipped"/>), but never the latest.
    /// </summary>
    /// <param name="cancellationToken">Ends the observation.</param>
    /// <exception cref="CoordinationException">The system was stopped, or has too many observers.</exception>
    IAsyncEnumerable<LeaderChanged> ObserveAsync(CancellationToken cancellationToken = default);

    /// <summary>Who leads now, or null. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    Task<ElectionLeader?> GetLeaderAsync(CancellationToken cancellationToken = default);

    /// <summary>All candidates, in the order of their places: the first leads. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    Task<IReadOnlyList<ElectionCandidate>> GetCandidatesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// The keys below the name of this election that are no candidates: a candidate is the name, '/', and the lease that the key lives on, in hexadecimal. They are
    /// in nobody's way here, but candidates that use etcd's own client or <c>etcdctl elect</c> wait for each of them to be deleted. Already old when it is returned.
    /// </summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    Task<IReadOnlyList<Bytes>> GetStrayKeysAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks the leader, in any process, to hand over to the candidate of that name. A leader of this library that runs work only while leading stops
    /// its work first, then transfers; one that uses <see cref="ILeadership"/> itself learns of it by <see cref="ILeadership.StepDownRequested"/>. A leader of another
    /// program does not know of it. The wish lasts until it is fulfilled, at most as long as this system lives.
    /// </summary>
    /// <returns>False when there is no candidate of that name; then nothing was asked. Also true when it leads already.</returns>
    /// <exception cref="CoordinationException">etcd could not be asked, this system has no session now, or it has stopped.</exception>
    Task<bool> RequestTransferAsync(string candidate, CancellationToken cancellationToken = default);
}
