using Coordination.Etcd;
using Coordination.Locks;

namespace Coordination.Tests.Locks;

/// <content>The machine in the middle: what it is told, what it does, and the promises that are checked each time.</content>
internal sealed partial class LockWalk
{
    private void Tell(LockMessage message)
    {
        _shownChange = Math.Max(_shownChange, message switch
        {
            LockMessage.KeyPut m => m.Current.ModRevision.Value,
            LockMessage.KeyDeleted m => m.Revision.Value,
            LockMessage.Called m => m.Revision.Value,
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
        Promise((_watchAt is not null || _watchStarting) == _state.IsWatching && _watchStarting == (_state.Watch == KeyWatchState.Starting), "the watch runs when the machine thinks so");
        Promise(_state.Phase is not LockPhase.Blocked || _state.IsWatching || _timers.Contains(LockTimer.KeyWatch), "who waits watches the key, or will");
        Promise(_aheadWatched == (_state.Ticket is { IsAheadWatched: true } t ? t.Ahead!.Key : (Bytes?)null), "the ticket before ours is watched, and no other");
        Promise(_state.Ticket is not { Ahead: not null, IsAheadWatched: false } || _timers.Contains(LockTimer.WatchAhead), "the ticket before ours will be watched");
    }

    /// <summary>Its callers are answered and its claim ends; what it sent may still be applied.</summary>
    private void Crash()
    {
        (_claimed, _claimToken, _releasing) = (0, 0, false);
        (_watchAt, _watchStarting, _resync, _aheadWatched, _aheadWatchStarting) = (null, false, null, null, false);
        _pending.Clear();
        _timers.Clear();
        _calls.RemoveAll(c => c.Reply is not null || c.Kind is CallKind.Read or CallKind.LineRead);
        for (var i = 0; i < _calls.Count; i++)
        {
            _calls[i] = _calls[i] with { GivenUp = true };
        }

        _state = LockState.Initial;
        if (_session != 0)
        {
            TellOfSession();
        }

        Tell(new LockMessage.Recover());
    }

    private void Run(LockEffect effect)
    {
        switch (effect)
        {
            case LockEffect.SendAttempt e:
                Promise(e.Lease.Value == _session, "an attempt is made on the session's lease");
                Promise(e.InTurn || !_state.JoinsLine || _headMayBeDead, "L6: who stands in line acquires in turn, unless the head may be dead");
                SendOnce(CallKind.Attempt, e.Attempt, e.Lease.Value, e);
                break;
            case LockEffect.SendPass e:
                Unclaim(e.Token);
                SendOnce(CallKind.Pass, e.Attempt, e.Lease.Value, e, e.Token.Value);
                break;
            case LockEffect.SendRelease e:
                Promise(_history.Any(h => h.Revision == e.Token && h.Put is { } put && !IsForeign(put)), "a release is for an acquisition of ours");
                Unclaim(e.Token);
                _calls.Add(new Call(CallKind.Release, $"release {e.Token}#{NextCall()}", default, 0, e.Token.Value) { Effect = e });
                break;
            case LockEffect.SendReleaseIfAlone e:
                Unclaim(e.Token);
                _calls.Add(new Call(CallKind.ReleaseIfAlone, $"release if alone {e.Token}#{NextCall()}", default, 0, e.Token.Value) { Effect = e });
                break;
            case LockEffect.SendHandOver e:
                Unclaim(e.Token);
                Promise(e.Next.IsOfOurForm, "the lock is handed only to who can see it");
                _calls.Add(new Call(CallKind.HandOver, $"hand-over {e.Token}#{NextCall()}", default, 0, e.Token.Value) { Effect = e });
                break;
            case LockEffect.SendTicket e:
                Promise(e.Ticket.Lease.Value == _session, "a ticket is placed on the session's lease");
                SendOnce(CallKind.Ticket, e.Ticket.Attempt, e.Ticket.Lease.Value, e);
                break;
            case LockEffect.SendLineRead e:
                _calls.Add(new Call(CallKind.LineRead, $"line read #{NextCall()}", default, 0, 0) { Effect = e });
                break;
            case LockEffect.SendLeave e:
                _calls.Add(new Call(CallKind.Leave, $"leave #{NextCall()}", default, 0, 0) { Effect = e });
                break;
            case LockEffect.SendRead:
                _calls.Add(new Call(CallKind.Read, $"read #{NextCall()}", default, 0, 0) { Effect = effect });
                break;
            case LockEffect.SweepLine e:
                _calls.Add(new Call(CallKind.Sweep, $"sweep #{NextCall()}", default, 0, 0) { Effect = e });
                break;
            case LockEffect.SendRecovery:
                _calls.Add(new Call(CallKind.Read, $"read #{NextCall()}", default, 0, 0) { Effect = effect });
                break;
            case LockEffect.StartWatch e:
                Promise(_watchAt is null && !_watchStarting, "one watch at a time");
                _watchStarting = e.From == Revision.None;
                _watchAt = _watchStarting ? null : _history.TakeWhile(h => h.Revision < e.From).Count();
                break;
            case LockEffect.WatchAhead e:
                Promise(_aheadWatched is null, "one watch on a ticket at a time");
                (_aheadWatched, _aheadWatchStarting) = (e.Key, true);
                break;
            case LockEffect.StopWatchAhead:
                Promise(_aheadWatched is not null, "only a watch that runs is stopped");
                (_aheadWatched, _aheadWatchStarting) = (null, false);
                break;
            case LockEffect.GiveUpLease e:
                Promise(_state.Unresolved.Count >= _budget.MaxUnresolved, "a lease is given up only as the last resort");
                _givenUp = e.Lease.Value == _session;
                break;
            case LockEffect.StopWatch:
                Promise(_watchAt is not null || _watchStarting, "only a watch that runs is stopped");
                _watchStarting = false;
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
        Promise(_history.Any(h => h.Revision == e.Token && h.Put?.Lease == e.Lease && LockValue.AttemptOf(h.Put) is not null), $"S8: no grant without our key on our lease: {e}");
        Promise(ValidFor >= Ttl / 2, $"S8: no grant with less than half a TTL: {e}");
        Promise(e.Token.Value > _lastToken, $"S4: tokens strictly increase: {e} after {_lastToken}");
        Promise(e.Token.Value >= _shownChange, $"no grant of a key that was shown changed (at {_shownChange}): {e}");
        _claimed = e.Request.Value;
        _claimToken = _lastToken = e.Token.Value;
        _releasing = false;
    }

    private void SendOnce(CallKind kind, AttemptId attempt, long lease, LockEffect effect, long token = 0)
    {
        Promise(_sent.Add(attempt.Value), "no write is sent twice under one id");
        _calls.Add(new Call(kind, $"{kind} {Short(attempt)}", attempt, lease, token) { Effect = effect });
    }

    /// <summary>What the holder gave back is given on or deleted.</summary>
    private void Unclaim(Revision token)
    {
        if (_claimToken == token.Value)
        {
            Promise(_releasing, "a lock that is held is released when its holder says so");
            Unclaim();
        }
    }

    private void Unclaim()
    {
        if (_releasing && _state.Phase is not (LockPhase.Releasing or LockPhase.HandingOver or LockPhase.PassingOn))
        {
            Promise(false, "a released claim is not lost");
        }

        _claimed = 0;
        _claimToken = 0;
        _releasing = false;
    }
}
