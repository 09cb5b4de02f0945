using Coordination.Etcd;
using Coordination.Locks;

namespace Coordination.Tests.Locks;

/// <content>The small model of etcd, and what reaches the machine from it.</content>
internal sealed partial class LockWalk
{
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
}
