using System.Text;
using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Tests.Walks;

namespace Coordination.Tests.Locks;

/// <summary>
/// A lock machine, its client's surroundings and a small model of etcd around one key. Everything that is asynchronous is a move that can be
/// made now, later or never: requests are applied and answered separately, the watch delivers the history from its start, timers fire when they like.
/// Every step is checked against the promises of a lock.
/// </summary>
internal sealed partial class LockWalk : IWalk<LockWalk>
{
    private const long FirstForeignLease = 1000;

    private static readonly Bytes Key = "K";
    private static readonly LockLine Line = new("waiters/", Key);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    private static readonly EtcdException Unknown = new(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, "no answer");
    private static readonly EtcdException Refused = new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "not sent");
    private static readonly EtcdException LeaseGone = new(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, "requested lease not found");

    private readonly LockMachine _machine;
    private readonly List<Call> _calls = [];
    private readonly SortedDictionary<long, bool> _pending = [];
    private readonly SortedSet<LockTimer> _timers = [];
    private readonly SortedSet<long> _serverLeases = [];
    private readonly List<Change> _history = [];
    private readonly SortedDictionary<Bytes, KeyValue> _line = [];
    private readonly HashSet<Guid> _sent = [];
    private LockWalkBudget _budget;
    private LockState _state = LockState.Initial;
    private KeyValue? _stored;
    private long _revision = 1;
    private long _session;
    private bool _givenUp;
    private long _lastLease;
    private bool _aged;
    private int? _watchAt;
    private bool _watchStarting;
    private Bytes? _aheadWatched;
    private bool _aheadWatchStarting;
    private bool _aheadWasThere;
    private readonly List<LockMessage> _notes = [];
    private long _foreigners;
    private bool _headMayBeDead;
    private LockMessage? _resync;
    private long _attempts;
    private long _requests;
    private long _claimed;
    private long _claimToken;
    private long _lastToken;
    private long _shownChange;
    private bool _releasing;

    public LockWalk(LockWalkBudget budget)
    {
        _budget = budget;
        _machine = new LockMachine(new LockSettings(100, budget.MaxUnresolved) { MaxHandOvers = 3 }, NextAttempt);
        OpenSession();
    }

    private LockWalk(LockWalk other)
    {
        _budget = other._budget;
        _machine = new LockMachine(new LockSettings(100, _budget.MaxUnresolved) { MaxHandOvers = 3 }, NextAttempt);
        _calls = [.. other._calls.Select(c => c with { })];
        _pending = new(other._pending);
        _timers = new(other._timers);
        _serverLeases = new(other._serverLeases);
        _history = [.. other._history];
        _line = new(other._line);
        _sent = [.. other._sent];
        _state = other._state;
        _stored = other._stored;
        _revision = other._revision;
        _session = other._session;
        _givenUp = other._givenUp;
        _lastLease = other._lastLease;
        _aged = other._aged;
        _watchAt = other._watchAt;
        _watchStarting = other._watchStarting;
        _aheadWatched = other._aheadWatched;
        _aheadWatchStarting = other._aheadWatchStarting;
        _aheadWasThere = other._aheadWasThere;
        _notes = [.. other._notes];
        _foreigners = other._foreigners;
        _headMayBeDead = other._headMayBeDead;
        _resync = other._resync;
        _attempts = other._attempts;
        _requests = other._requests;
        _claimed = other._claimed;
        _claimToken = other._claimToken;
        _lastToken = other._lastToken;
        _shownChange = other._shownChange;
        _releasing = other._releasing;
    }

    private enum CallKind
    {
        Attempt,
        Release,
        ReleaseIfAlone,
        HandOver,
        Pass,
        Ticket,
        LineRead,
        Leave,
        Sweep,
        Read,
    }

    public LockWalk Clone() => new(this);

    /// <summary>Everything that can happen next.</summary>
    public IEnumerable<WalkMove<LockWalk>> Moves()
    {
        foreach (var move in OfCallers().Concat(OfCalls()).Concat(OfTimers()).Concat(OfTheWatch()).Concat(OfTheSession()).Concat(OfForeigners()).Concat(OfTheLine()).Concat(OfTheInbox()))
        {
            yield return move;
        }
    }

    /// <summary>Two walks with the same fingerprint go on alike.</summary>
    public string Fingerprint()
    {
        var text = new StringBuilder(256);
        text.Append(Describe()).Append('|').Append(_revision).Append('|').Append(_session).Append(_givenUp).Append(_aged).Append('|').Append(_stored?.ModRevision.Value)
            .Append('|').Append(_watchAt).Append(_watchStarting).Append(_aheadWatched).Append(_aheadWatchStarting).Append(_aheadWasThere).AppendJoin(',', _notes).Append(_headMayBeDead).Append('|').Append(_resync).Append('|').Append(_attempts).Append('|').Append(_requests).Append('|')
            .Append(_claimed).Append('/').Append(_claimToken).Append('/').Append(_lastToken).Append('/').Append(_shownChange).Append(_releasing).Append('|');
        text.Append(_state.Phase).Append(_state.Ticket).Append(_state.Place).Append(_state.IsPlaceKept).Append(_state.IsLineClosed).Append(_state.IsRecovering).Append(_state.HasInbox).Append(_state.Behind).Append(_state.Given).Append('|');
        text.AppendJoin(',', _state.Unresolved.Select(u => $"{Short(u.Key)} {u.Value}").Order()).Append('|').AppendJoin(',', _line.Values).Append('|').Append(_foreigners).Append('|');
        text.AppendJoin(',', _serverLeases).Append('|').AppendJoin(',', _timers).Append('|').AppendJoin(',', _pending).Append('|');
        text.AppendJoin(',', _calls.Select(c => c.Text).Order()).Append('|');
        text.AppendJoin(',', _history.Select(h => h.Text)).Append('|').Append(_budget);
        return text.ToString();
    }

    /// <summary>The state of the machine, for people.</summary>
    public string Describe()
    {
        var phase = _state.Phase switch
        {
            LockPhase.Attempting p => $"Attempting {Short(p.Attempt)}",
            LockPhase.Confirming p => $"Confirming {p.Tenure.Token}",
            LockPhase.Holding p => $"Holding {p.Tenure.Token} v{p.Tenure.Version}{(p.Tenure.Next is null ? "" : " next known")} for {p.Request.Value}",
            LockPhase.Releasing p => $"Releasing {p.Tenure.Token}{(p.Request is { } request ? $" for {request.Value}" : "")}",
            LockPhase.HandingOver p => $"HandingOver {p.Tenure.Token}",
            LockPhase.PassingOn p => $"PassingOn {p.Tenure.Token} to {Short(p.Attempt)}",
            LockPhase.Blocked { IsFree: true } => "Blocked, free",
            var p => p.GetType().Name,
        };
        return $"{phase} lease={_state.Lease?.Id} waiters=[{string.Join(",", _state.Waiters.Select(w => (w.IsTry ? "try " : "") + w.Request.Value))}] "
            + $"unresolved=[{string.Join(",", _state.Unresolved.Keys.Select(Short).Order())}] ticket={Text(_state.Ticket)} "
            + $"seen={_state.Seen}/{_state.ChangedAt}{(_state.IsWatching ? $" watch {_state.Watch}" : "")} K={_stored?.ModRevision}@{_stored?.Lease} line=[{string.Join(",", _line.Keys)}]";
    }

    /// <summary>
    /// The world calms down: everything on its way arrives, and nothing new goes wrong. With waiters served (the foreign key goes away) each of them
    /// is granted in turn without a look by chance; without, they give up. Then nothing of ours may be left, and the machine has nothing to do.
    /// </summary>
    /// <param name="serve">Whether the waiters are served.</param>
    /// <param name="straysLast">Whether attempts that were given up are applied only after all else is done.</param>
    public void Settle(bool serve, bool straysLast)
    {
        _budget = new LockWalkBudget { Acquires = 0, Fallbacks = 0, Withdrawals = 0, MaxUnresolved = _budget.MaxUnresolved, Inbox = _budget.Inbox };
        _aged = false;
        if (_session == 0)
        {
            OpenSession();
        }
        else if (!_serverLeases.Contains(_session) || _givenUp)
        {
            // A lease that is gone is noticed, and one that is to be given up is given up.
            LoseSession();
            OpenSession();
        }

        ExpireOldLeases();
        foreach (var foreigner in _line.Where(t => IsForeign(t.Value)).Select(t => t.Key).ToArray())
        {
            _line.Remove(foreigner);
        }

        foreach (var request in serve ? [] : _pending.Keys.ToArray())
        {
            Tell(new LockMessage.Withdraw(new(request), new LockReply.Withdrawn()));
        }

        var sweeps = 0;
        for (var steps = 0; ; steps++)
        {
            Promise(steps < 500, "L3: the walk does not come to rest");
            if (_givenUp)
            {
                LoseSession();
                OpenSession();
                ExpireOldLeases();
            }

            if (serve && _stored is { } held && IsForeign(held))
            {
                Put(null);
            }

            if (_claimed != 0 && !_releasing)
            {
                AskForRelease();
            }
            else if (SettlingMove(straysLast) is { } move)
            {
                move.Do(this);
            }
            else if (StrayTicket() is not null)
            {
                // A ticket that came too late to be of use. The next time the key becomes free it is swept out.
                Promise(sweeps++ < 10, "L4: a ticket is left in the line");
                Put("foreign");
                Put(null);
            }
            else
            {
                break;
            }
        }

        Promise(_pending.Count == 0, $"L3: request {string.Join(", ", _pending.Keys)} is never answered");
        Promise(_stored is null || IsForeign(_stored), $"L4: our key is left in the store, put at {_stored?.ModRevision}");
        Promise(_state.Phase is LockPhase.Idle, "at rest nothing is under way");
        Promise(_state.IsWatching == !_state.Unresolved.IsEmpty, "a watch runs as long as an attempt may still turn up, and not longer");
        LoseSession();
        Promise(_state.IsIdle && !_state.IsWatching, "without a lease nothing of ours can turn up: the lock can be forgotten");
    }

    private static string Short(AttemptId id) => "a" + BitConverter.ToInt64(id.Value.ToByteArray(), 8);

    private static void Promise(bool kept, string promise)
    {
        if (!kept)
        {
            throw new WalkException(promise);
        }
    }

    private static bool IsForeign(KeyValue kv) => kv.Lease.Value is 0 or >= FirstForeignLease;

    private static string Text(LockTicket? ticket) => ticket is null ? "none"
        : $"{Short(ticket.Attempt)} at {ticket.Place}{(ticket.IsPending ? " pending" : "")}{(ticket.IsPlaced ? " placed" : "")}{(ticket.IsLineKnown ? ticket.IsFirst ? " first" : " behind" : "")}";

    private KeyValue? StrayTicket() => _line.Values.FirstOrDefault(t => !IsForeign(t));

    private WalkMove<LockWalk>? SettlingMove(bool straysLast)
    {
        // Timers come last: what is on its way is faster.
        var strays = _calls.Where(c => c.GivenUp).Select(c => Apply(c)).FirstOrDefault();
        var rest = _calls.Where(c => !c.GivenUp).Select(c => c.Reply is null ? Apply(c) : Answer(c)).FirstOrDefault()
            ?? OfTheInbox().FirstOrDefault() ?? OfTheWatch().FirstOrDefault() ?? OfTheWatchAhead().FirstOrDefault() ?? OfTimers().FirstOrDefault();
        return straysLast ? rest ?? strays : strays ?? rest;
    }

    private AttemptId NextAttempt() => new(new Guid(0, 0, 0, BitConverter.GetBytes(++_attempts)));

    private int NextCall() => _calls.Count == 0 ? 1 : _calls.Max(c => c.Number) + 1;

    private sealed record Call(CallKind Kind, string Name, AttemptId Attempt, long Lease, long Token)
    {
        public LockMessage? Reply { get; init; }

        public bool GivenUp { get; init; }

        public LockEffect? Effect { get; init; }

        public string Id => Name;

        public int Number => Name.IndexOf('#', StringComparison.Ordinal) is var at and >= 0
            ? int.Parse(Name.AsSpan(at + 1), System.Globalization.CultureInfo.InvariantCulture)
            : 0;

        public string Text => $"{Name}{(GivenUp ? " given up" : "")}{Reply switch
        {
            LockMessage.AttemptWon m => $" won {m.Revision}",
            LockMessage.AttemptMet m => $" met {m.Current.ModRevision} at {m.Revision} {m.Last?.Key}",
            LockMessage.AttemptFailed => " failed",
            LockMessage.AttemptBarred m => $" barred at {m.Revision}",
            LockMessage.HandedOver m => $" handed over {m.WasGiven} {m.Revision} {m.Last?.Key}",
            LockMessage.NextShown m => $" next shown {m.IsOurs} {m.First?.Key}",
            LockMessage.PassedOn m => $" passed on {m.Revision}",
            LockMessage.LineShown m => $" shown {m.Current?.ModRevision} {m.Ahead?.Key} {m.Next?.Key} at {m.Revision}",
            LockMessage.LineLeft m => $" left {m.Current?.ModRevision} at {m.Revision}",
            LockMessage.ReleaseDone m => $" done {m.Revision}",
            LockMessage.KeyRead m => $" read {m.Current?.ModRevision} at {m.Revision}",
            _ => "",
        }}";
    }

    /// <summary>A change of the key: put, or (null) deleted.</summary>
    private sealed record Change(Revision Revision, KeyValue? Put)
    {
        public string Text => Put is null ? $"deletion at {Revision}"
            : LockValue.AttemptOf(Put) is { } attempt ? $"put of {Short(attempt)} at {Revision}" : $"foreign put at {Revision}";
    }
}
