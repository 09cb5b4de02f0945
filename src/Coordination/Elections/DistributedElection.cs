using System.Runtime.CompilerServices;
using Coordination.Diagnostics;
using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// An election between all programs that use the same name in the same etcd: one leads, the others wait in the order in which they came. The keys
/// are those of etcd's own elections, so <c>etcdctl elect</c>, the v3election API and Go programs take part. Thread-safe; one process can
/// have several candidates.
/// </summary>
public sealed partial class DistributedElection
{
    private readonly CoordinationSystem _system;
    private readonly ElectionKeys _keys;

    internal DistributedElection(CoordinationSystem system, string name)
    {
        ElectionKeys.CheckName(name);
        _system = system;
        _keys = new ElectionKeys(name);
        Name = name;
    }

    /// <summary>The name. Every key that begins with it and '/' is a candidate: do not put other keys there, nor elections with names that begin so.</summary>
    public string Name { get; }

    /// <summary>Takes part until elected. A candidate whose lease is lost while it waits enters again, at the end of the line.</summary>
    /// <param name="value">What is proclaimed; usually who and where the leader is.</param>
    /// <param name="options">The candidate's name, priority and TTL.</param>
    /// <param name="cancellationToken">Gives up. The candidacy leaves no key behind, at whatever point it was.</param>
    /// <returns>The term; dispose it to resign. Having it is no proof of leading: see <see cref="Leadership"/>.</returns>
    /// <exception cref="ArgumentException">The options are out of range.</exception>
    /// <exception cref="CoordinationException">etcd refused: permission denied, out of space, value too large. While etcd is away it waits.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<Leadership> CampaignAsync(Bytes value, CampaignOptions? options = null, CancellationToken cancellationToken = default) =>
        CampaignAsync(value, options ?? new CampaignOptions(), drains: false, host: null, cancellationToken);

    /// <summary>
    /// Who leads: first now, then every change of leader or value, and when there is none. Outages and compactions of etcd are bridged: what was last
    /// is told when it is different. A slow reader skips (<see cref="LeaderChanged.Skipped"/>), but never the latest.
    /// </summary>
    /// <param name="cancellationToken">Ends the observation.</param>
    /// <exception cref="CoordinationException">The system was stopped, or has too many observers.</exception>
    public async IAsyncEnumerable<LeaderChanged> ObserveAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        LeaderChanged? last = null;
        while (true)
        {
            var feed = new BufferedLeaderFeed(_system.Options.Elections.ObserverBuffer);
            await SubscribeAsync(feed).ConfigureAwait(false);
            try
            {
                await foreach (var changed in feed.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (last is null || last.Leader != changed.Leader)
                    {
                        last = changed;
                        yield return changed;
                    }
                }
            }
            finally
            {
                _system.Supervisor.Tell(new ElectionsCommand.StopObserving(feed), ActorRefs.NoSender);
            }

            // Its actors failed and begin again, or the system is stopped, which subscribing tells.
        }
    }

    /// <summary>Who leads now, or null. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    public Task<ElectionLeader?> GetLeaderAsync(CancellationToken cancellationToken = default) => AskEtcdAsync(requests => requests.ReadLeaderAsync(cancellationToken));

    /// <summary>Everybody who takes part, in the order of their places: the first leads. Already old when it is returned.</summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    public async Task<IReadOnlyList<ElectionCandidate>> GetCandidatesAsync(CancellationToken cancellationToken = default)
    {
        var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        return [.. line.Candidates.Select(c => new ElectionCandidate(c.Key, c.Value, c.Created.Value, c.Lease, c.Card?.Name, c.Card?.Priority ?? 0))];
    }

    /// <summary>
    /// The keys that lie under the name of this election and are no candidates: a candidate is the name, '/', and the lease that the key lives on, in hexadecimal. They are
    /// in nobody's way here, but candidates that use etcd's own client or <c>etcdctl elect</c> wait for each of them to be deleted. Already old when it is returned.
    /// </summary>
    /// <exception cref="CoordinationException">etcd could not be asked, or the system has stopped.</exception>
    public async Task<IReadOnlyList<Bytes>> GetStrayKeysAsync(CancellationToken cancellationToken = default) =>
        (await ReadLineAsync(cancellationToken).ConfigureAwait(false)).Strays;

    /// <summary>
    /// Asks the leader, in whatever process, to hand over to the candidate of that name. A leader of this library that runs work only while leading stops
    /// its work first, then transfers; one that uses <see cref="Leadership"/> itself is told by <see cref="Leadership.StepDownRequested"/>. A leader of another
    /// program does not know of it. The wish lasts until it is fulfilled, at most as long as this system lives.
    /// </summary>
    /// <returns>False when there is no candidate of that name; nothing was asked then. True also when it leads already.</returns>
    /// <exception cref="CoordinationException">etcd could not be asked, this system has no session now, or it has stopped.</exception>
    public async Task<bool> RequestTransferAsync(string candidate, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(candidate);
        var candidates = await GetCandidatesAsync(cancellationToken).ConfigureAwait(false);
        if (!candidates.Any(c => c.Name == candidate) || candidates[0].Name == candidate)
        {
            return candidates.Count > 0 && candidates[0].Name == candidate;
        }

        var session = _system.SessionLease;
        if (session.IsNone)
        {
            throw new CoordinationException(CoordinationErrorKind.Unavailable, "A transfer cannot be asked for: the session lease is not held now.");
        }

        await _system.AskEtcdAsync(etcd => etcd.PutAsync(new EtcdOp.Put(_keys.Wish, candidate) { Lease = session }, cancellationToken)).ConfigureAwait(false);
        return true;
    }

    /// <summary>The exception for a reply that is not what was asked for.</summary>
    internal static Exception Failure(ElectionReply reply, CancellationToken cancellationToken) => reply switch
    {
        ElectionReply.Withdrawn => new OperationCanceledException(cancellationToken),
        ElectionReply.Failed failed => failed.Error,
        _ => new System.Diagnostics.UnreachableException(),
    };

    private Task<T> AskEtcdAsync<T>(Func<CandidateRequests, Task<T>> question) =>
        _system.AskEtcdAsync(etcd => question(new CandidateRequests(etcd, _keys, new CandidateCard("", 0))));

    private Task<CandidateLine> ReadLineAsync(CancellationToken cancellationToken) => AskEtcdAsync(requests => requests.ReadLineAsync(cancellationToken));

    private async Task SubscribeAsync(LeaderFeed feed)
    {
        var reply = await _system.AskAsync<ElectionReply>(new ElectionsCommand.Observe(Name, feed)).ConfigureAwait(false);
        if (reply is not ElectionReply.Observing)
        {
            throw Failure(reply, CancellationToken.None);
        }
    }

    private async Task<Leadership> CampaignAsync(Bytes value, CampaignOptions options, bool drains, IActorRef? host, CancellationToken cancellationToken)
    {
        options.Check(nameof(options));
        cancellationToken.ThrowIfCancellationRequested();
        using var asked = CampaignAsk.Begin(_system.Metrics, Name);
        var campaigning = new Campaigning(
            CandidacyId.Next(),
            Name,
            value,
            new CandidateCard(options.Name ?? _system.Options.Owner, options.Priority),
            options.Ttl ?? _system.Options.SessionTtl,
            drains,
            host)
        {
            Trace = asked?.Span,
        };
        var reply = _system.AskAsync<ElectionReply>(new ElectionsCommand.Campaign(campaigning));

        // A cancellation is a message: the actor answers it, and sees to a key that may still be put.
        await using var cancellation = cancellationToken.UnsafeRegister(
            _ => _system.Supervisor.Tell(new ElectionsCommand.Withdraw(campaigning.Candidacy), ActorRefs.NoSender), null).ConfigureAwait(false);
        var answer = await reply.ConfigureAwait(false);
        asked?.Answered(answer);
        return answer is ElectionReply.Elected elected ? new Leadership(_system, elected.Claim) : throw Failure(answer, cancellationToken);
    }
}
