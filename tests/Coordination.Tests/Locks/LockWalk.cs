using System.Text;
using Coordination.Etcd;
using Coordination.Locks;

namespace Coordination.Tests.Locks;

/// <summary>How much of what can go wrong a walk may contain. Every number is a budget, so that a walk ends.</summary>
internal sealed record LockWalkBudget
{
    public int Acquires { get; init; } = 1;

    public int Tries { get; init; }

    /// <summary>Replies that the client never gets: told as an unknown outcome.</summary>
    public int Unknown { get; init; }

    /// <summary>Requests refused before they were sent.</summary>
    public int Refused { get; init; }

    public int ForeignPuts { get; init; }

    /// <summary>Blind writes over whatever is there.</summary>
    public int ForeignOverwrites { get; init; }

    public int ForeignDeletes { get; init; }

    public int SessionLosses { get; init; }

    /// <summary>Times the claim on the lease gets so old that it is not good enough for a grant.</summary>
    public int Ageings { get; init; }

    /// <summary>Times the watch is compacted away and reads again.</summary>
    public int Resyncs { get; init; }

    public int Fallbacks { get; init; } = 1;

    public int Withdrawals { get; init; } = 1;

    public int MaxUnresolved { get; init; } = 8;
}

/// <summary>The promise of the machine that was broken, and when.</summary>
internal sealed class LockWalkException(string promise) : Exception(promise);

/// <summary>One thing that can happen next.</summary>
internal sealed record LockMove(string Name, Action<LockWalk> Do);

/// <summary>
/// A lock machine, its client's surroundings and a small model of etcd around one key. Everything that is asynchronous is a move that can be
/// made now, later or never: requests are applied and answered separately, the watch delivers the history from its start, timers fire when they like.
/// Every step is checked against the promises of a lock.
/// </summary>
internal sealed class LockWalk
{
    private static readonly Bytes Key = "K";
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
    private LockWalkBudget _budget;
    private LockState _state = LockState.Initial;
    private KeyValue? _stored;
    private long _revision = 1;
    private long _session;
    private bool _givenUp;
    private long _lastLease;
    private bool _aged;
    private int? _watchAt;
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
        _machine = new LockMachine(new LockSettings(100, budget.MaxUnresolved), NextAttempt);
        OpenSession();
    }

    private LockWalk(LockWalk other)
    {
        _budget = other._budget;
        _machine = new LockMachine(new LockSettings(100, _budget.MaxUnresolved), NextAttempt);
        _calls = [.. other._calls.Select(c => c with { })];
        _pending = new(other._pending);
        _timers = new(other._timers);
        _serverLeases = new(other._serverLeases);
        _history = [.. other._history];
        _state = other._state;
        _stored = other._stored;
        _revision = other._revision;
        _session = other._session;
        _givenUp = other._givenUp;
        _lastLease = other._lastLease;
        _aged = other._aged;
        _watchAt = other._watchAt;
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
        Read,
    }

    public LockWalk Clone() => new(this);

    /// <summary>Everything that can happen next.</summary>
    public IEnumerable<LockMove> Moves()
    {
        foreach (var move in OfCallers().Concat(OfCalls()).Concat(OfTimers()).Concat(OfTheWatch()).Concat(OfTheSession()).Concat(OfForeigners()))
        {
            yield return move;
        }
    }

    /// <summary>Two walks with the same fingerprint go on alike.</summary>
    public string Fingerprint()
    {
        var text = new StringBuilder(256);
        text.Append(Describe()).Append('|').Append(_revision).Append('|').Append(_session).Append(_givenUp).Append(_aged).Append('|').Append(_stored?.ModRevision.Value)
            .Append('|').Append(_watchAt).Append('|').Append(_resync).Append('|').Append(_attempts).Append('|').Append(_requests).Append('|')
            .Append(_claimed).Append('/').Append(_claimToken).Append('/').Append(_lastToken).Append('/').Append(_shownChange).Append(_releasing).Append('|');
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
            LockPhase.Confirming p => $"Confirming {p.Token}",
            LockPhase.Holding p => $"Holding {p.Token} for {p.Request.Value}",
            LockPhase.Releasing p => $"Releasing {p.Token}{(p.Request is { } request ? $" for {request.Value}" : "")}",
            var p => p.GetType().Name,
        };
        return $"{phase} lease={_state.Lease?.Id} waiters=[{string.Join(",", _state.Waiters.Select(w => (w.IsTry ? "try " : "") + w.Request.Value))}] "
            + $"unresolved=[{string.Join(",", _state.Unresolved.Keys.Select(Short).Order())}] seen={_state.Seen}/{_state.ChangedAt}{(_state.IsWatching ? " watching" : "")}";
    }

    /// <summary>
    /// The world calms down: everything on its way arrives, and nothing new goes wrong. With waiters served (the foreign key goes away) each of them
    /// is granted in turn without a look by chance; without, they give up. Then nothing of ours may be left, and the machine has nothing to do.
    /// </summary>
    /// <param name="serve">Whether the waiters are served.</param>
    /// <param name="straysLast">Whether attempts that were given up are applied only after all else is done.</param>
    public void Settle(bool serve, bool straysLast)
    {
        _budget = new LockWalkBudget { Acquires = 0, Fallbacks = 0, Withdrawals = 0, MaxUnresolved = _budget.MaxUnresolved };
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
        foreach (var request in serve ? [] : _pending.Keys.ToArray())
        {
            Tell(new LockMessage.Withdraw(new(request), new LockReply.Withdrawn()));
        }

        for (var steps = 0; ; steps++)
        {
            Promise(steps < 500, "L3: the walk does not come to rest");
            if (_givenUp)
            {
                LoseSession();
                OpenSession();
                ExpireOldLeases();
            }

            if (serve && _stored is { Lease.IsNone: true })
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
            else
            {
                break;
            }
        }

        Promise(_pending.Count == 0, $"L3: request {string.Join(", ", _pending.Keys)} is never answered");
        Promise(_stored is not { Lease.IsNone: false }, $"L4: our key is left in the store, put at {_stored?.ModRevision}");
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
            throw new LockWalkException(promise);
        }
    }

    private LockMove? SettlingMove(bool straysLast)
    {
        // Timers come last: what is on its way is faster.
        var strays = _calls.Where(c => c.GivenUp).Select(c => Apply(c)).FirstOrDefault();
        var rest = _calls.Where(c => !c.GivenUp).Select(c => c.Reply is null ? Apply(c) : Answer(c)).FirstOrDefault()
            ?? OfTheWatch().FirstOrDefault() ?? OfTimers().FirstOrDefault();
        return straysLast ? rest ?? strays : strays ?? rest;
    }

    private IEnumerable<LockMove> OfCallers()
    {
        if (_budget.Acquires > 0)
        {
            yield return new("a caller wants the lock", w =>
            {
                w._budget = w._budget with { Acquires = w._budget.Acquires - 1 };
                w.Ask(isTry: false);
            });
        }

        if (_budget.Tries > 0)
        {
            yield return new("a caller tries to get the lock", w =>
            {
                w._budget = w._budget with { Tries = w._budget.Tries - 1 };
                w.Ask(isTry: true);
            });
        }

        if (_budget.Withdrawals > 0)
        {
            foreach (var request in _pending.Keys)
            {
                yield return new($"the caller of {request} gives up", w =>
                {
                    w._budget = w._budget with { Withdrawals = w._budget.Withdrawals - 1 };
                    w.Tell(new LockMessage.Withdraw(new(request), new LockReply.Withdrawn()));
                });
            }
        }

        if (_claimed != 0 && !_releasing)
        {
            yield return new($"the holder {_claimed} releases", w => w.AskForRelease());
        }
    }

    private IEnumerable<LockMove> OfCalls()
    {
        foreach (var call in _calls)
        {
            if (call.Reply is null)
            {
                yield return Apply(call);
                if (call.GivenUp)
                {
                    yield return new($"{call.Name} is lost on its way", w => w._calls.RemoveAll(c => c.Id == call.Id));
                }
                else if (_budget.Refused > 0)
                {
                    yield return new($"{call.Name} is not sent: the client knows", w =>
                    {
                        w._budget = w._budget with { Refused = w._budget.Refused - 1 };
                        w._calls.RemoveAll(c => c.Id == call.Id);
                        w.Tell(Failure(call, Refused));
                    });
                }
            }
            else
            {
                yield return Answer(call);
            }

            if (!call.GivenUp && _budget.Unknown > 0)
            {
                yield return new($"{call.Name} is given up: the client does not know its outcome", w =>
                {
                    w._budget = w._budget with { Unknown = w._budget.Unknown - 1 };
                    var index = w._calls.FindIndex(c => c.Id == call.Id);
                    if (call.Reply is null && call.Kind != CallKind.Read)
                    {
                        w._calls[index] = call with { GivenUp = true };
                    }
                    else
                    {
                        w._calls.RemoveAt(index);
                    }

                    w.Tell(Failure(call, Unknown));
                });
            }
        }
    }

    private static LockMove Apply(Call call) => new($"{call.Name} is applied by etcd", w => w.ApplyCall(call));

    private static LockMove Answer(Call call) => new($"{call.Name} is answered", w =>
    {
        w._calls.RemoveAll(c => c.Id == call.Id);
        w.Tell(w.WithValidity(call.Reply!));
    });

    private IEnumerable<LockMove> OfTimers()
    {
        foreach (var timer in _timers)
        {
            if (timer == LockTimer.Fallback)
            {
                if (_budget.Fallbacks > 0)
                {
                    yield return new("the fallback timer fires", w =>
                    {
                        w._budget = w._budget with { Fallbacks = w._budget.Fallbacks - 1 };
                        w.Fire(timer);
                    });
                }
            }
            else if (timer != LockTimer.Confirm || !_aged || _timers.Count == 0)
            {
                yield return new($"the timer {timer} fires", w => w.Fire(timer));
            }
        }
    }

    private IEnumerable<LockMove> OfTheWatch()
    {
        if (_watchAt is not { } at)
        {
            yield break;
        }

        if (_resync is not null)
        {
            yield return new("the watch tells what it read", w =>
            {
                var read = w._resync!;
                w._resync = null;
                w.Tell(w.WithValidity(read));
            });
        }
        else
        {
            if (at < _history.Count)
            {
                yield return new($"the watch shows {_history[at].Text}", w =>
                {
                    var change = w._history[w._watchAt!.Value];
                    w._watchAt++;
                    w.Tell(change.Put is { } put ? new LockMessage.KeyPut(put, w.ValidFor) : new LockMessage.KeyDeleted(change.Revision));
                });
            }

            if (_budget.Resyncs > 0 && at < _history.Count)
            {
                yield return new("the watch is compacted away and reads the key", w =>
                {
                    w._budget = w._budget with { Resyncs = w._budget.Resyncs - 1 };
                    w._watchAt = w._history.Count;
                    w._resync = new LockMessage.KeyRead(w._stored, new(w._revision), default);
                });
            }
        }
    }

    private IEnumerable<LockMove> OfTheSession()
    {
        if (_givenUp)
        {
            yield return new($"lease {_session} is given up", w => w.LoseSession());
        }

        if (_session != 0 && _budget.SessionLosses > 0)
        {
            yield return new($"the client loses lease {_session}", w =>
            {
                w._budget = w._budget with { SessionLosses = w._budget.SessionLosses - 1 };
                w.LoseSession();
            });
            if (_serverLeases.Contains(_session))
            {
                yield return new($"etcd revokes lease {_session}", w => w.ExpireOnServer(w._session));
            }
        }

        foreach (var old in _serverLeases.Where(l => l != _session))
        {
            yield return new($"lease {old} runs out on the server", w => w.ExpireOnServer(old));
        }

        if (_session == 0)
        {
            yield return new("a new lease is granted", w => w.OpenSession());
        }

        if (_session != 0 && !_aged && _budget.Ageings > 0)
        {
            yield return new("the lease was not renewed for a while", w =>
            {
                w._budget = w._budget with { Ageings = w._budget.Ageings - 1 };
                w._aged = true;
            });
        }

        if (_aged)
        {
            yield return new("the lease is renewed", w => w._aged = false);
        }
    }

    private IEnumerable<LockMove> OfForeigners()
    {
        if (_stored is null && _budget.ForeignPuts > 0)
        {
            yield return new("somebody else acquires the key", w =>
            {
                w._budget = w._budget with { ForeignPuts = w._budget.ForeignPuts - 1 };
                w.Put("foreign", 0);
            });
        }

        if (_stored is not null && _budget.ForeignOverwrites > 0)
        {
            yield return new("somebody overwrites the key", w =>
            {
                w._budget = w._budget with { ForeignOverwrites = w._budget.ForeignOverwrites - 1 };
                w.Put("foreign", 0);
            });
        }

        if (_stored is not null && (_budget.ForeignDeletes > 0 || _stored.Lease.IsNone))
        {
            yield return new("somebody else deletes the key", w =>
            {
                if (!w._stored!.Lease.IsNone)
                {
                    w._budget = w._budget with { ForeignDeletes = w._budget.ForeignDeletes - 1 };
                }

                w.Put(null);
            });
        }
    }

    private TimeSpan ValidFor => _session == 0 ? TimeSpan.Zero : _aged ? Ttl / 4 : Ttl * 0.9;

    private void Ask(bool isTry)
    {
        var request = ++_requests;
        _pending.Add(request, isTry);
        var heldBySomebody = _state.Phase is LockPhase.Blocked or LockPhase.Holding;
        Tell(new LockMessage.Acquire(new(request), isTry));
        Promise(!isTry || !heldBySomebody || !_pending.ContainsKey(request), "a try is answered at once when the lock is held");
    }

    private void AskForRelease()
    {
        // The claim ends with the call of the holder, before its message is acted on.
        _releasing = true;
        _pending.Add(-_claimed, false);
        Tell(new LockMessage.Release(new(_claimed)));
    }

    private void OpenSession()
    {
        _session = ++_lastLease;
        _aged = false;
        _serverLeases.Add(_session);
        Tell(new LockMessage.SessionOpened(new LockLease(new(_session), Ttl)));
    }

    private void ExpireOldLeases()
    {
        foreach (var old in _serverLeases.Where(l => l != _session).ToArray())
        {
            ExpireOnServer(old);
        }
    }

    private void LoseSession()
    {
        var lost = _session;
        _session = 0;
        _givenUp = false;
        _aged = false;
        Tell(new LockMessage.SessionLost(new(lost), LossReason.Expired));
        Promise(_claimed == 0, "a holder is told when its session is lost");
    }

    private void ExpireOnServer(long lease)
    {
        _serverLeases.Remove(lease);
        if (_stored?.Lease.Value == lease)
        {
            Put(null);
        }
    }

    private void Put(Bytes? value, long lease = 0)
    {
        var revision = new Revision(++_revision);
        _stored = value is { } bytes
            ? new KeyValue(Key, bytes, _stored?.CreateRevision ?? revision, revision, (_stored?.Version ?? 0) + 1, new(lease))
            : null;
        _history.Add(new Change(revision, _stored));
    }

    private void Fire(LockTimer timer)
    {
        _timers.Remove(timer);
        Tell(new LockMessage.TimerFired(timer, ValidFor));
    }

    private void ApplyCall(Call call)
    {
        LockMessage reply;
        switch (call.Kind)
        {
            case CallKind.Attempt when _stored is { } current:
                reply = new LockMessage.AttemptMet(call.Attempt, current, new(_revision), default);
                break;
            case CallKind.Attempt when !_serverLeases.Contains(call.Lease):
                reply = new LockMessage.AttemptFailed(call.Attempt, LeaseGone);
                break;
            case CallKind.Attempt:
                Put(LockValue.Encode("us", call.Attempt, default), call.Lease);
                reply = new LockMessage.AttemptWon(call.Attempt, new(_revision), default);
                break;
            case CallKind.Release:
                if (_stored?.ModRevision.Value == call.Token)
                {
                    Promise(_claimToken != call.Token, "S7: a release deletes no acquisition that is still claimed");
                    Put(null);
                }

                reply = new LockMessage.ReleaseDone(new(call.Token), new(_revision));
                break;
            default:
                reply = new LockMessage.KeyRead(_stored, new(_revision), default);
                break;
        }

        var index = _calls.FindIndex(c => c.Id == call.Id);
        if (call.GivenUp)
        {
            _calls.RemoveAt(index);
        }
        else
        {
            _calls[index] = call with { Reply = reply };
        }
    }

    private static LockMessage Failure(Call call, EtcdException error) => call.Kind switch
    {
        CallKind.Attempt => new LockMessage.AttemptFailed(call.Attempt, error),
        CallKind.Release => new LockMessage.ReleaseFailed(new(call.Token), error),
        _ => new LockMessage.ReadFailed(error),
    };

    private LockMessage WithValidity(LockMessage message) => message switch
    {
        LockMessage.AttemptWon m => m with { ValidFor = ValidFor },
        LockMessage.AttemptMet m => m with { ValidFor = ValidFor },
        LockMessage.KeyRead m => m with { ValidFor = ValidFor },
        _ => message,
    };

    private void Tell(LockMessage message)
    {
        _shownChange = Math.Max(_shownChange, message switch
        {
            LockMessage.KeyPut m => m.Current.ModRevision.Value,
            LockMessage.KeyDeleted m => m.Revision.Value,
            LockMessage.KeyRead { Current: null } m => m.Revision.Value,
            LockMessage.KeyRead m => m.Current.ModRevision.Value,
            _ => 0,
        });
        var step = _machine.Handle(_state, message);
        _state = step.State;
        foreach (var effect in step.Effects)
        {
            Run(effect);
        }

        Promise(_state.Phase is LockPhase.Holding ? _claimed == ((LockPhase.Holding)_state.Phase).Request.Value : _claimed == 0,
            "the machine holds the lock for exactly the one whom it told so");
        Promise(_claimed == 0 || _releasing || _claimToken >= _shownChange, $"a holder is told when its key is shown changed (at {_shownChange})");
        Promise(_watchAt is not null == _state.IsWatching, "the watch runs when the machine thinks so");
    }

    private void Run(LockEffect effect)
    {
        switch (effect)
        {
            case LockEffect.SendAttempt e:
                Promise(e.Lease.Value == _session, "an attempt is made on the session's lease");
                Promise(_calls.All(c => c.Kind != CallKind.Attempt || c.Attempt != e.Attempt), "no attempt is sent twice");
                _calls.Add(new Call(CallKind.Attempt, $"attempt {Short(e.Attempt)}", e.Attempt, e.Lease.Value, 0));
                break;
            case LockEffect.SendRelease e:
                Promise(_history.Any(h => h.Revision == e.Token && h.Put is { Lease.IsNone: false }), "a release is for an acquisition of ours");
                if (_claimToken == e.Token.Value)
                {
                    Promise(_releasing, "a lock that is held is released when its holder says so");
                    Unclaim();
                }

                _calls.Add(new Call(CallKind.Release, $"release {e.Token}#{NextCall()}", default, 0, e.Token.Value));
                break;
            case LockEffect.SendRead:
                _calls.Add(new Call(CallKind.Read, $"read #{NextCall()}", default, 0, 0));
                break;
            case LockEffect.StartWatch e:
                Promise(_watchAt is null, "one watch at a time");
                _watchAt = _history.TakeWhile(h => h.Revision < e.From).Count();
                break;
            case LockEffect.GiveUpLease e:
                Promise(_state.Unresolved.Count >= _budget.MaxUnresolved, "a lease is given up only as the last resort");
                _givenUp = e.Lease.Value == _session;
                break;
            case LockEffect.StopWatch:
                Promise(_watchAt is not null, "only a watch that runs is stopped");
                _watchAt = null;
                _resync = null;
                break;
            case LockEffect.SetTimer e:
                _timers.Add(e.Timer);
                break;
            case LockEffect.CancelTimer e:
                _timers.Remove(e.Timer);
                break;
            case LockEffect.Grant e:
                Grant(e);
                break;
            case LockEffect.Reply e:
                Promise(_pending.Remove(e.Answer is LockReply.Released ? -e.Request.Value : e.Request.Value), $"one answer to each request: {e}");
                break;
            case LockEffect.Lose e:
                Promise(_claimed == e.Request.Value, $"only the holder loses the lock: {e}");
                Unclaim();
                break;
        }
    }

    private void Grant(LockEffect.Grant e)
    {
        Promise(_pending.Remove(e.Request.Value), $"one answer to each request: {e}");
        Promise(_pending.Keys.All(other => other < 0 || other > e.Request.Value), $"L6: first come, first served: {e}");
        Promise(_claimed == 0, $"S1: one claim at a time: {e}");
        Promise(_session != 0 && e.Lease.Value == _session, $"no grant after the lease was lost: {e}");
        Promise(_history.Any(h => h.Revision == e.Token && h.Put?.Lease == e.Lease), $"S8: no grant without our key on our lease: {e}");
        Promise(ValidFor >= Ttl / 2, $"S8: no grant with less than half a TTL: {e}");
        Promise(e.Token.Value > _lastToken, $"S4: tokens strictly increase: {e} after {_lastToken}");
        Promise(e.Token.Value >= _shownChange, $"no grant of a key that was shown changed (at {_shownChange}): {e}");
        _claimed = e.Request.Value;
        _claimToken = _lastToken = e.Token.Value;
        _releasing = false;
    }

    private void Unclaim()
    {
        if (_releasing && _state.Phase is not LockPhase.Releasing)
        {
            Promise(false, "a released claim is not lost");
        }

        _claimed = 0;
        _claimToken = 0;
        _releasing = false;
    }

    private AttemptId NextAttempt() => new(new Guid(0, 0, 0, BitConverter.GetBytes(++_attempts)));

    private int NextCall() => _calls.Count == 0 ? 1 : _calls.Max(c => c.Number) + 1;

    private sealed record Call(CallKind Kind, string Name, AttemptId Attempt, long Lease, long Token)
    {
        public LockMessage? Reply { get; init; }

        public bool GivenUp { get; init; }

        public string Id => Name;

        public int Number => Name.IndexOf('#', StringComparison.Ordinal) is var at and >= 0
            ? int.Parse(Name.AsSpan(at + 1), System.Globalization.CultureInfo.InvariantCulture)
            : 0;

        public string Text => $"{Name}{(GivenUp ? " given up" : "")}{Reply switch
        {
            LockMessage.AttemptWon m => $" won {m.Revision}",
            LockMessage.AttemptMet m => $" met {m.Current.ModRevision} at {m.Revision}",
            LockMessage.AttemptFailed => " failed",
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
