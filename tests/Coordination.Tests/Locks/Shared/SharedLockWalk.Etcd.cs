using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Locks.Shared;
using Coordination.Tests.Walks;
using static Coordination.Tests.Locks.Shared.SharedLockPeer;

namespace Coordination.Tests.Locks.Shared;

/// <content>The small model of etcd, and what reaches the machines from it.</content>
internal sealed partial class SharedLockWalk
{
    private void Ask(SharedLockPeer peer, SharedAsk ask, bool isTry)
    {
        var request = ++_requests;
        peer.Pending.Add(request, ask);
        Tell(peer, new SharedLockMessage.Acquire(new(request), ask, isTry));
    }

    private static WalkMove<SharedLockWalk> Release(SharedLockPeer peer, Claim claim)
    {
        var name = peer.Name;
        return new($"{name}: holder {claim.Request} releases", w =>
        {
            // The claim ends with the call of the holder, before its message is acted on.
            var p = w.Peer(name);
            p.Claims[claim.Request] = claim with { IsReleasing = true };
            p.Pending.Add(-claim.Request, claim.Ask);
            w.Tell(p, new SharedLockMessage.Release(new(claim.Request)));
        });
    }

    private SharedLockPeer Peer(char name) => _peers[name - 'A'];

    private void OpenSession(SharedLockPeer peer)
    {
        peer.Session = ++_lastLease;
        peer.IsAged = false;
        _serverLeases.Add(peer.Session);
        Tell(peer, new SharedLockMessage.SessionOpened(new LockLease(new(peer.Session), Ttl)));
    }

    private void LoseSession(SharedLockPeer peer)
    {
        var lost = peer.Session;
        peer.Session = 0;
        peer.IsGivenUp = peer.IsAged = false;
        Tell(peer, new SharedLockMessage.SessionLost(new(lost), LossReason.Expired));
        Promise(peer.Claims.Values.All(c => c.IsReleasing), "a holder is told when its session is lost");
    }

    private void ExpireOnServer(long lease)
    {
        _serverLeases.Remove(lease);
        foreach (var kv in _store.Values.Where(kv => kv.Lease.Value == lease).ToArray())
        {
            _tampered.Add(kv.Key);
            Put(kv.Key, null);
        }
    }

    private void Put(Bytes key, Bytes? value, long lease = 0)
    {
        var revision = new Revision(++_revision);
        _store.TryGetValue(key, out var old);
        var put = value is { } bytes ? new KeyValue(key, bytes, old?.CreateRevision ?? revision, revision, (old?.Version ?? 0) + 1, new(lease)) : null;
        if (put is null)
        {
            _store.Remove(key);
        }
        else
        {
            _store[key] = put;
        }

        _history.Add(new Change(revision, key, put));
    }

    private SharedLine Line(LeaseId lease, bool isFull) => new(
        new(_revision),
        [.. _store.Values.Where(kv => isFull || !_name.Folder(SharedMode.Read).Contains(kv.Key) || _name.OwnFolder(SharedMode.Read, lease).Contains(kv.Key))],
        isFull);

    private void ApplyCall(SharedLockPeer peer, Call call)
    {
        SharedLockMessage reply;
        switch (call.Effect)
        {
            case SharedLockEffect.SendEnter e when e.IsTry && _name.Kind == SharedKind.ReaderWriter && IsInTheWay(e.Ask.Mode):
                reply = new SharedLockMessage.NotEntered(e.Attempt, Line(e.Lease, e.Ask.Mode != SharedMode.Read));
                break;
            case SharedLockEffect.SendEnter e when !_serverLeases.Contains(e.Lease.Value):
                reply = new SharedLockMessage.EnterFailed(e.Attempt, LeaseGone);
                break;
            case SharedLockEffect.SendEnter e:
                Put(e.Key, SharedLockValue.Encode("us", e.Ask, default), e.Lease.Value);
                reply = new SharedLockMessage.Entered(e.Attempt, Line(e.Lease, e.Ask.Mode != SharedMode.Read), default);
                break;
            case SharedLockEffect.SendLeave e:
                if (_store.TryGetValue(e.Key, out var kv) && kv.ModRevision == e.Created)
                {
                    Put(e.Key, null);
                }

                reply = new SharedLockMessage.Left(e.Attempt);
                break;
            default:
                var read = (SharedLockEffect.SendRead)call.Effect;
                reply = new SharedLockMessage.LineRead(Line(read.Lease, read.IsFull), default);
                break;
        }

        var index = peer.Calls.FindIndex(c => c.Name == call.Name);
        if (call.IsGivenUp)
        {
            peer.Calls.RemoveAt(index);
        }
        else
        {
            peer.Calls[index] = call with { Reply = reply };
        }

        CheckAdmission();
    }

    private bool IsInTheWay(SharedMode mode) =>
        _store.Keys.Any(key => _name.Folder(SharedMode.Write).Contains(key) || (mode == SharedMode.Write && _name.Folder(SharedMode.Read).Contains(key)));

    private static SharedLockMessage Failure(Call call, EtcdException error) => call.Effect switch
    {
        SharedLockEffect.SendEnter e => new SharedLockMessage.EnterFailed(e.Attempt, error),
        SharedLockEffect.SendLeave e => new SharedLockMessage.LeaveFailed(e.Attempt, error),
        _ => new SharedLockMessage.ReadFailed(error),
    };

    private static SharedLockMessage WithValidity(SharedLockPeer peer, SharedLockMessage message) => message switch
    {
        SharedLockMessage.Entered m => m with { ValidFor = peer.ValidFor(Ttl) },
        SharedLockMessage.LineRead m => m with { ValidFor = peer.ValidFor(Ttl) },
        _ => message,
    };
}
