using System.Runtime.CompilerServices;
using Coordination.Diagnostics;
using Coordination.Elections;
using Coordination.Etcd;

namespace Coordination;

/// <summary>An election of a system. What it says is in <see cref="IElection"/>.</summary>
internal sealed partial class DistributedElection : IElection
{
    private readonly CoordinationSystem _system;
    private readonly ElectionKeys _keys;

    public DistributedElection(CoordinationSystem system, string name)
    {
        ElectionKeys.CheckName(name);
        _system = system;
        _keys = new ElectionKeys(name);
        Name = name;
    }

    public string Name { get; }

    public async Task<ILeadership> CampaignAsync(Bytes value, CampaignOptions? options = null, CancellationToken cancellationToken = default) =>
        await CampaignAsync(value, options ?? new CampaignOptions(), drains: false, host: null, cancellationToken).ConfigureAwait(false);

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

    public Task<ElectionLeader?> GetLeaderAsync(CancellationToken cancellationToken = default) => AskEtcdAsync(requests => requests.ReadLeaderAsync(cancellationToken));

    public async Task<IReadOnlyList<ElectionCandidate>> GetCandidatesAsync(CancellationToken cancellationToken = default)
    {
        var line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        return [.. line.Candidates.Select(c => new ElectionCandidate(c.Key, c.Value, c.Created.Value, c.Lease, c.Card?.Name, c.Card?.Priority ?? 0))];
    }

    public async Task<IReadOnlyList<Bytes>> GetStrayKeysAsync(CancellationToken cancellationToken = default) =>
        (await ReadLineAsync(cancellationToken).ConfigureAwait(false)).Strays;

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
    public static Exception Failure(ElectionReply reply, CancellationToken cancellationToken) => reply switch
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
