using System.Text;
using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Shared;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Locks.Shared;

/// <summary>
/// Several systems, each with its machine, around one small model of etcd. Everything that is asynchronous is a move that can be made now, later or
/// never: requests are applied and answered separately, each watch delivers the history from its start, timers fire when they like. Every step is
/// checked against the promises of a shared lock; that the rule of admission holds is checked against the model, in real time.
/// </summary>
internal sealed partial class SharedLockWalk : IWalk<SharedLockWalk>
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    private static readonly EtcdException Unknown = new(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, "no answer");
    private static readonly EtcdException Refused = new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "not sent");
    private static readonly EtcdException LeaseGone = new(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, "requested lease not found");

    private readonly SharedLockName _name;
    private readonly SharedLockPeer[] _peers;
    private readonly SortedDictionary<Bytes, KeyValue> _store = [];
    private readonly List<Change> _history = [];
    private readonly SortedSet<long> _serverLeases = [];

    // Entries that something else than their owner removed or changed: their claims cannot be kept, only lost.
    private readonly HashSet<Bytes> _tampered = [];
    private SharedLockWorld _budget;
    private long _revision = 1;
    private long _lastLease;
    private long _attempts;
    private long _requests;
    private long _lastToken;

    public SharedLockWalk(SharedLockWorld world)
    {
        _budget = world;
        _name = new SharedLockName(world.Kind, "N");
        _peers = [.. Enumerable.Range(0, world.Systems).Select(n => new SharedLockPeer((char)('A' + n), world.Acquires, world.Tries))];
        foreach (var peer in _peers)
        {
            OpenSession(peer);
        }
    }

    private SharedLockWalk(SharedLockWalk other)
    {
        _budget = other._budget;
        _name = other._name;
        _peers = [.. other._peers.Select(p => p.Clone())];
        _store = new(other._store);
        _history = [.. other._history];
        _serverLeases = new(other._serverLeases);
        _tampered = [.. other._tampered];
        _revision = other._revision;
        _lastLease = other._lastLease;
        _attempts = other._attempts;
        _requests = other._requests;
        _lastToken = other._lastToken;
    }

    public SharedLockWalk Clone() => new(this);

    /// <summary>Two walks with the same fingerprint go on alike.</summary>
    public string Fingerprint()
    {
        var text = new StringBuilder(512);
        text.Append(_revision).Append('|').AppendJoin(',', _serverLeases).Append('|').Append(_requests).Append('|').Append(_lastToken).Append('|');
        text.AppendJoin(',', _store.Values.Select(kv => $"{kv.Key}@{kv.ModRevision}")).Append('|').AppendJoin(',', _tampered).Append('|');
        text.AppendJoin(';', _peers.Select(p => p.Fingerprint())).Append('|').Append(_budget with { Asks = [] });
        return text.ToString();
    }

    public string Describe() => string.Join("  ", _peers.Select(p => p.Describe()))
        + $"  store=[{string.Join(" ", _store.Values.OrderBy(kv => kv.CreateRevision).Select(kv => $"{kv.Key.ToText()[^6..]}@{kv.ModRevision}"))}]";

    /// <summary>
    /// The world calms down: everything on its way arrives, and nothing new goes wrong. With waiters served each of them is let in in turn without a look
    /// by chance; without, they give up. Then nothing of ours may be left, and the machines have nothing to do.
    /// </summary>
    /// <param name="serve">Whether the waiters are served.</param>
    /// <param name="straysLast">Whether entries whose put was given up are put only after all else is done.</param>
    public void Settle(bool serve, bool straysLast)
    {
        _budget = new SharedLockWorld(_budget.Kind, _budget.Asks)
        {
            Acquires = 0, MaxInLine = _budget.MaxInLine, MaxUnresolved = _budget.MaxUnresolved, Systems = _budget.Systems,
        };
        foreach (var peer in _peers)
        {
            peer.Acquires = peer.Tries = 0;
            peer.IsAged = false;
            if (!serve)
            {
                foreach (var request in peer.Pending.Keys.Where(r => r > 0).ToArray())
                {
                    Tell(peer, new SharedLockMessage.Withdraw(new(request), new SharedLockReply.Withdrawn()));
                }
            }
        }

        for (var steps = 0; ; steps++)
        {
            Promise(steps < 800, "L3: the walk does not come to rest");
            foreach (var peer in _peers)
            {
                // A lease that is gone is noticed, and one that is to be given up is given up.
                if (peer.Session != 0 && (!_serverLeases.Contains(peer.Session) || peer.IsGivenUp))
                {
                    LoseSession(peer);
                }

                if (peer.Session == 0)
                {
                    OpenSession(peer);
                }
            }

            foreach (var old in _serverLeases.Where(l => _peers.All(p => p.Session != l)).ToArray())
            {
                ExpireOnServer(old);
            }

            foreach (var garbage in _store.Values.Where(kv => kv.Lease.IsNone).ToArray())
            {
                Put(garbage.Key, null);
            }

            if (SettlingMove(straysLast) is { } move)
            {
                move.Do(this);
            }
            else if (_peers.FirstOrDefault(p => p.IsRecovering) is { } recovering)
            {
                recovering.IsRecovering = false;
                Tell(recovering, new SharedLockMessage.Recover());
            }
            else
            {
                break;
            }
        }

        foreach (var peer in _peers)
        {
            Promise(peer.Pending.Count == 0, $"L3: request {string.Join(", ", peer.Pending.Keys)} of {peer.Name} is never answered");
            Promise(peer.State.Entries.All(e => e.Phase is EntryPhase.Unknown), $"at rest nothing is under way in {peer.Name}");
            LoseSession(peer);
            Promise(peer.State.IsIdle && peer.Watches.Count == 0, $"without a lease nothing of {peer.Name} can turn up: it can be forgotten");
        }

        Promise(_store.Count == 0, $"L4: an entry is left in the store: {string.Join(", ", _store.Keys)}");
    }

    private static void Promise(bool kept, string promise)
    {
        if (!kept)
        {
            throw new WalkException(promise);
        }
    }

    private WalkMove<SharedLockWalk>? SettlingMove(bool straysLast)
    {
        // Timers come last: what is on its way is faster. A release comes before them: the next in line is to be woken by it.
        var strays = _peers.SelectMany(p => p.Calls.Where(c => c.IsGivenUp).Select(c => Apply(p, c))).FirstOrDefault();
        var rest = _peers.SelectMany(p => p.Calls.Where(c => !c.IsGivenUp).Select(c => c.Reply is null ? Apply(p, c) : Answer(p, c))).FirstOrDefault()
            ?? _peers.SelectMany(OfTheWatches).FirstOrDefault()
            ?? _peers.SelectMany(p => p.Claims.Values.Where(c => !c.IsReleasing).Select(c => Release(p, c))).FirstOrDefault()
            ?? _peers.SelectMany(OfTimers).FirstOrDefault();
        return straysLast ? rest ?? strays : strays ?? rest;
    }

    private AttemptId NextAttempt() => new(new Guid(0, 0, 0, [.. BitConverter.GetBytes(++_attempts).Reverse()]));

    /// <summary>A change of a key: put, or (null) deleted.</summary>
    internal sealed record Change(Revision Revision, Bytes Key, KeyValue? Put);
}
