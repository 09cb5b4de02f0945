using System.Text;
using Coordination.Elections;
using Coordination.Etcd;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Elections;

/// <summary>
/// Several candidates of ours, candidates of other programs, and a small model of etcd around one election. Everything that is asynchronous is a move
/// that can be made now, later or never: requests are applied and answered separately, watches deliver the history from their start, timers fire
/// when they like, leases are lost by the client before they run out on the server. Every step is checked against the promises of an election.
/// </summary>
internal sealed partial class ElectionWalk : IWalk<ElectionWalk>
{
    private static readonly ElectionKeys Keys = new("e");
    private static readonly CandidateRequests Requests = new(new NoEtcd(), Keys, new CandidateCard("", 0));
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    private static readonly EtcdException Unknown = new(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, "no answer");
    private static readonly EtcdException Refused = new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "not sent");
    private static readonly EtcdException LeaseGone = new(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, "requested lease not found");

    private readonly List<WalkCandidate> _candidates;
    private readonly bool _hasVandals;
    private readonly bool _mayOrphan;
    private readonly SortedDictionary<Bytes, KeyValue> _store = [];
    private readonly SortedSet<long> _leases = [];
    private readonly List<Change> _history = [];
    private ElectionWalkBudget _budget;
    private long _revision = 1;
    private long _ids;
    private long _lastTerm;
    private readonly SortedSet<long> _terms = [];

    public ElectionWalk(ElectionWalkBudget budget)
    {
        _budget = budget;
        _hasVandals = budget.HasVandals;
        _mayOrphan = budget.SessionLosses + budget.Revocations + budget.Withdrawals + budget.Refused + budget.Unknown > 0;
        _candidates = [.. budget.Priorities.Select((priority, n) => new WalkCandidate(n + 1, priority))];
    }

    private ElectionWalk(ElectionWalk other)
    {
        _budget = other._budget;
        _hasVandals = other._hasVandals;
        _mayOrphan = other._mayOrphan;
        _candidates = [.. other._candidates.Select(c => c.Clone())];
        _store = new(other._store);
        _leases = [.. other._leases];
        _history = [.. other._history];
        _revision = other._revision;
        _ids = other._ids;
        _lastTerm = other._lastTerm;
        _terms = [.. other._terms];
    }

    public ElectionWalk Clone() => new(this);

    public string Fingerprint() => new StringBuilder().AppendJoin('\n', _candidates.Select(c => c.Describe())).Append('\n')
        .AppendJoin(' ', _store.Values.Select(kv => $"{kv.Key}={kv.CreateRevision}/{kv.ModRevision}/{kv.Lease}")).Append('|').AppendJoin(',', _leases)
        .Append('|').Append(_history.Count).Append('|').Append(_revision).Append('|').Append(_lastTerm).Append('|').Append(_budget).ToString();

    public string Describe() => string.Join(" || ", _candidates.Select(c => c.Describe())) + " store: "
        + string.Join(' ', _store.Values.Select(kv => $"{kv.Key}@{kv.CreateRevision}/{kv.ModRevision}"));

    /// <summary>
    /// The world calms down: everything on its way arrives, and nothing new goes wrong. Served, the other programs' candidates go and each of ours
    /// leads in turn and resigns; else those who wait withdraw and a leader resigns. Then all have ended, and nothing of ours is left.
    /// </summary>
    public void Settle(bool serve)
    {
        _budget = new ElectionWalkBudget { Priorities = _budget.Priorities, Resignations = 0 };
        foreach (var c in _candidates)
        {
            c.IsAged = false;
            if (c.Session != 0 && !_leases.Contains(c.Session))
            {
                LoseSession(c);
            }
        }

        foreach (var foreign in serve ? _store.Values.Where(kv => (kv.Lease.IsNone || kv.Value == "foreign") && (_mayOrphan || kv.Value != "vandal")).ToArray() : [])
        {
            Commit([(foreign.Key, null)]);
        }

        if (!serve)
        {
            foreach (var c in _candidates)
            {
                Tell(c, new CandidateMessage.Withdraw(new ElectionReply.Withdrawn()));
            }
        }

        for (var steps = 0; ; steps++)
        {
            Promise(steps < 2000, "the walk does not come to rest");
            foreach (var old in _leases.Where(l => _candidates.All(c => c.Session != l)).ToArray())
            {
                ExpireOnServer(old);
            }

            if (_candidates.FirstOrDefault(c => c.IsClaimed && c.Session != 0 && !c.Requests.ContainsValue("resign")) is { } leader)
            {
                Resign(leader);
            }
            else if (SettlingMove() is { } move)
            {
                move.Do(this);
            }
            else
            {
                break;
            }
        }

        foreach (var c in _candidates)
        {
            Promise(c.HasEnded, $"{c.Card.Name} does not come to an end");
            Promise(c.IsAnswered, $"the campaign of {c.Card.Name} is never answered");
            Promise(c.Requests.Count == 0, $"requests of {c.Card.Name} are never answered: {string.Join(", ", c.Requests)}");
            Promise(c.Watches.Count == 0, $"{c.Card.Name} has ended and still watches");
        }

        // A key that somebody overwrote after its owner had lost it, or before its owner knew of it, is theirs.
        Promise(
            _store.Values.All(kv => (kv.Lease.IsNone || kv.Value == "foreign") && (_mayOrphan || !serve || kv.Value != "vandal")), $"a key of ours is left: {string.Join(' ', _store.Keys)}");
    }

    private static void Promise(bool kept, string promise)
    {
        if (!kept)
        {
            throw new WalkException(promise);
        }
    }

    /// <summary>Timers come last: what is on its way is faster.</summary>
    private WalkMove<ElectionWalk>? SettlingMove() =>
        _candidates.SelectMany(c => c.Calls.Select(call => call.Reply is null ? Apply(c, call) : Answer(c, call))).FirstOrDefault()
        ?? _candidates.SelectMany(OfWatches).FirstOrDefault()
        ?? _candidates.SelectMany(OfSession).FirstOrDefault()
        ?? _candidates.SelectMany(c => OfTimers(c, alsoFallback: false)).FirstOrDefault();

    /// <summary>What one revision changed: keys put, or (null) deleted.</summary>
    private sealed record Change(Revision Revision, (Bytes Key, KeyValue? Put)[] Keys);
}
