using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Time;

namespace Coordination.Tests.Locks;

/// <content>The small model of etcd, and what reaches the machine from it.</content>
internal sealed partial class LockWalk
{
    private TimeSpan ValidFor => _session == 0 ? TimeSpan.Zero : _aged ? Ttl / 4 : Ttl * 0.9;

    private static Instant Now => new(1);

    private void Ask(bool isTry)
    {
        var request = ++_requests;
        _pending.Add(request, isTry);
        var heldBySomebody = _state.Phase is LockPhase.Blocked or LockPhase.Holding;
        Tell(new LockMessage.Acquire(new(request), isTry, Now: Now));
        Promise(!isTry || !heldBySomebody || !_pending.ContainsKey(request), "a try is answered at once when the lock is held");
    }

    private void AskForRelease()
    {
        // The claim ends with the call of the holder, before its message is acted on.
        _releasing = true;
        _pending.Add(-_claimed, false);
        Tell(new LockMessage.Release(new(_claimed), Now));
    }

    private void OpenSession()
    {
        _session = ++_lastLease;
        _aged = false;
        _serverLeases.Add(_session);
        TellOfSession();
    }

    private void TellOfSession()
    {
        Tell(new LockMessage.SessionOpened(new LockLease(new(_session), Ttl)));
        if (_budget.Inbox)
        {
            Tell(new LockMessage.InboxOpened(new(_session)));
        }
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
        _notes.Clear();
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

        foreach (var ticket in _line.Where(t => t.Value.Lease.Value == lease).Select(t => t.Key).ToArray())
        {
            _line.Remove(ticket);
            _revision++;
        }
    }

    private void Put(Bytes? value, long lease = 0)
    {
        var revision = new Revision(++_revision);
        _stored = value is { } bytes
            ? new KeyValue(Key, bytes, _stored?.CreateRevision ?? revision, revision, (_stored?.Version ?? 0) + 1, new(lease))
            : null;
        _history.Add(new Change(revision, _stored));
        _headMayBeDead = false;
    }

    private void PutTicket(Bytes at, Bytes value, long lease)
    {
        var revision = new Revision(++_revision);
        _line[at] = new KeyValue(at, value, revision, revision, 1, new(lease));
    }

    /// <summary>What a holder elsewhere does when it releases: the first in line gets the key in the same transaction.</summary>
    private void HandToFirst()
    {
        var (at, first) = _line.First();
        _line.Remove(at);
        Put(IsForeign(first) ? "foreign" : first.Value, first.Lease.Value);
        if (!IsForeign(first))
        {
            Note(new LockMessage.KeyPut(_stored!, default));
        }
    }

    /// <summary>What it does when it does not know whether that one is alive.</summary>
    private void CallFirst()
    {
        var first = _line.First().Value;
        Put(null);
        if (!IsForeign(first) && LockValue.AttemptOf(first) is { } attempt)
        {
            Note(new LockMessage.Called(attempt, new(_revision)));
        }
    }

    /// <summary>Written by others, with what it tells of; read at any time, or never.</summary>
    private void Note(LockMessage note)
    {
        if (_budget.Inbox && _session != 0)
        {
            _notes.Add(note);
        }
    }

    private Instant SentAt => _budget.OldTickets ? new Instant(-TimeSpan.TicksPerMinute) : Now;

    private LineTicket? Last() => Shown(_line.LastOrDefault().Value);

    private LockMessage.NextShown ShowNext(long token, Revision? place, LeaseId lease) => new(
        new(token), _stored?.ModRevision.Value == token, Shown(_line.FirstOrDefault(t => Line.After(place, lease).Contains(t.Key)).Value), Now);

    private static LineTicket? Shown(KeyValue? kv) =>
        kv is null ? null : new LineTicket(kv.Key, kv.ModRevision, kv.Lease, "somebody", LockValue.AttemptOf(kv));

    private LockMessage.LineShown ShowLine(LockTicket ticket) => new(
        ticket.Attempt,
        ticket.Reads,
        _stored,
        Shown(_line.LastOrDefault(t => Line.Before(ticket.Place, ticket.Lease).Contains(t.Key)).Value),
        Shown(_line.FirstOrDefault(t => Line.After(ticket.Place, ticket.Lease).Contains(t.Key)).Value),
        new(_revision),
        SentAt,
        default);

    private void Fire(LockTimer timer)
    {
        _timers.Remove(timer);
        _headMayBeDead |= timer == LockTimer.DeadHead;
        Tell(new LockMessage.TimerFired(timer, ValidFor));
    }

    private void ApplyCall(Call call)
    {
        if (call.Effect is LockEffect.SweepLine sweep)
        {
            _calls.RemoveAll(c => c.Id == call.Id);
            var kept = sweep.Keep is { } keep ? Line.KeyOf(keep.Place, keep.Lease) : Bytes.Empty;
            foreach (var ticket in _line.Where(t => t.Value.Lease == sweep.Lease && t.Key != kept).Select(t => t.Key).ToArray())
            {
                _line.Remove(ticket);
                _revision++;
            }

            return;
        }

        var reply = Result(call);
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

    private LockMessage Result(Call call)
    {
        switch (call.Effect)
        {
            case LockEffect.SendAttempt e when _stored is { } current:
                return new LockMessage.AttemptMet(call.Attempt, current, new(_revision), default, e.InTurn ? Last() : null, SentAt);
            case LockEffect.SendAttempt { InTurn: true } e when _line.Keys.Any(Line.Before(e.Place, e.Lease).Contains):
                return new LockMessage.AttemptBarred(call.Attempt, new(_revision), Last(), SentAt);
            case LockEffect.SendAttempt when !_serverLeases.Contains(call.Lease):
                return new LockMessage.AttemptFailed(call.Attempt, LeaseGone);
            case LockEffect.SendAttempt e:
                if (e.Ticket is { } used)
                {
                    _line.Remove(Line.KeyOf(used.Place, used.Lease));
                }

                Put(LockValue.Encode("us", call.Attempt, default), call.Lease);
                return new LockMessage.AttemptWon(call.Attempt, new(_revision), default, SentAt);
            case LockEffect.SendRelease:
                ReleaseIfUnchanged(call.Token);
                return new LockMessage.ReleaseDone(new(call.Token), new(_revision));
            case LockEffect.SendReleaseIfAlone e when _stored?.ModRevision.Value == call.Token && !_line.Keys.Any(Line.After(e.Place, e.Lease).Contains):
                ReleaseIfUnchanged(call.Token);
                return new LockMessage.ReleaseDone(new(call.Token), new(_revision));
            case LockEffect.SendReleaseIfAlone e:
                return ShowNext(call.Token, e.Place, e.Lease);
            case LockEffect.SendHandOver e when _stored?.ModRevision.Value == call.Token && _line.ContainsKey(e.Next.Key):
                Promise(_claimToken != call.Token, "S7: what is handed over is not claimed any more");
                _line.Remove(e.Next.Key);
                Put("foreign", e.Next.Lease.Value);
                return new LockMessage.HandedOver(e.Token, true, new(_revision), Last(), Now);
            case LockEffect.SendHandOver e:
                return new LockMessage.HandedOver(e.Token, false, new(_revision), null, Now);
            case LockEffect.SendPass e when _line.Count > 0:
                return ShowNext(call.Token, e.Place, e.Lease);
            case LockEffect.SendPass e when _stored?.ModRevision.Value == call.Token && !_serverLeases.Contains(call.Lease):
                return new LockMessage.PassFailed(e.Attempt, LeaseGone);
            case LockEffect.SendPass e when _stored?.ModRevision.Value == call.Token:
                Promise(_claimToken != call.Token, "S7: what is passed on is not claimed any more");
                Put(LockValue.Encode("us", e.Attempt, default), e.Lease.Value);
                return new LockMessage.PassedOn(e.Attempt, new(_revision), default, SentAt);
            case LockEffect.SendPass e:
                return ShowNext(call.Token, e.Place, e.Lease);
            case LockEffect.SendTicket e when !_line.ContainsKey(Line.KeyOf(e.Ticket.Place, e.Ticket.Lease)) && !_serverLeases.Contains(e.Ticket.Lease.Value):
                return new LockMessage.LineFailed(e.Ticket.Attempt, e.Ticket.Reads, LeaseGone);
            case LockEffect.SendTicket e:
                var at = Line.KeyOf(e.Ticket.Place, e.Ticket.Lease);
                if (!_line.ContainsKey(at))
                {
                    PutTicket(at, LockValue.Encode("us", e.Ticket.Attempt, default), e.Ticket.Lease.Value);
                }

                return ShowLine(e.Ticket);
            case LockEffect.SendLineRead e:
                return ShowLine(e.Ticket);
            case LockEffect.SendLeave e:
                if (_line.Remove(Line.KeyOf(e.Ticket.Place, e.Ticket.Lease)))
                {
                    _revision++;
                }

                return new LockMessage.LineLeft(e.Ticket.Attempt, _stored, new(_revision), default);
            case LockEffect.SendRecovery e:
                foreach (var ticket in _line.Where(t => t.Value.Lease == e.Lease).Select(t => t.Key).ToArray())
                {
                    _line.Remove(ticket);
                    _revision++;
                }

                return new LockMessage.KeyRead(_stored, new(_revision), default);
            default:
                return new LockMessage.KeyRead(_stored, new(_revision), default);
        }
    }

    private void ReleaseIfUnchanged(long token)
    {
        if (_stored?.ModRevision.Value == token)
        {
            Promise(_claimToken != token, "S7: a release deletes no acquisition that is still claimed");
            Put(null);
        }
    }

    private static LockMessage Failure(Call call, EtcdException error) => call.Effect switch
    {
        LockEffect.SendAttempt e => new LockMessage.AttemptFailed(e.Attempt, error),
        LockEffect.SendRelease or LockEffect.SendReleaseIfAlone or LockEffect.SendHandOver => new LockMessage.ReleaseFailed(new(call.Token), error),
        LockEffect.SendPass e => new LockMessage.PassFailed(e.Attempt, error),
        LockEffect.SendTicket e => new LockMessage.LineFailed(e.Ticket.Attempt, e.Ticket.Reads, error),
        LockEffect.SendLineRead e => new LockMessage.LineFailed(e.Ticket.Attempt, e.Ticket.Reads, error),
        LockEffect.SendLeave e => new LockMessage.LeaveFailed(e.Ticket.Attempt, error),
        _ => new LockMessage.ReadFailed(error),
    };

    private LockMessage WithValidity(LockMessage message) => message switch
    {
        LockMessage.AttemptWon m => m with { ValidFor = ValidFor },
        LockMessage.AttemptMet m => m with { ValidFor = ValidFor },
        LockMessage.KeyRead m => m with { ValidFor = ValidFor },
        LockMessage.LineShown m => m with { ValidFor = ValidFor },
        LockMessage.LineLeft m => m with { ValidFor = ValidFor },
        LockMessage.PassedOn m => m with { ValidFor = ValidFor },
        LockMessage.KeyPut m => m with { ValidFor = ValidFor },
        _ => message,
    };
}
