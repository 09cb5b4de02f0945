using Coordination.Locks.Shared;
using Coordination.Tests.Walks;
using static Coordination.Tests.Locks.Shared.SharedLockPeer;

namespace Coordination.Tests.Locks.Shared;

/// <content>Everything that can happen next: to callers, requests, timers, watches, sessions, and by others.</content>
internal sealed partial class SharedLockWalk
{
    public IEnumerable<WalkMove<SharedLockWalk>> Moves() => _peers
        .SelectMany(p => OfCallers(p).Concat(OfCalls(p)).Concat(OfTimers(p)).Concat(OfTheWatches(p)).Concat(OfTheSession(p)))
        .Concat(OfVandals());

    private IEnumerable<WalkMove<SharedLockWalk>> OfCallers(SharedLockPeer peer)
    {
        var name = peer.Name;
        foreach (var ask in _budget.Asks)
        {
            if (peer.Acquires > 0)
            {
                yield return new($"{name}: a caller wants {ask}", w =>
                {
                    w.Peer(name).Acquires--;
                    w.Ask(w.Peer(name), ask, isTry: false);
                });
            }

            if (peer.Tries > 0)
            {
                yield return new($"{name}: a caller tries to get {ask}", w =>
                {
                    w.Peer(name).Tries--;
                    w.Ask(w.Peer(name), ask, isTry: true);
                });
            }
        }

        if (_budget.Withdrawals > 0)
        {
            foreach (var request in peer.Pending.Keys.Where(r => r > 0))
            {
                yield return new($"{name}: the caller of {request} gives up", w =>
                {
                    w._budget = w._budget with { Withdrawals = w._budget.Withdrawals - 1 };
                    w.Tell(w.Peer(name), new SharedLockMessage.Withdraw(new(request), new SharedLockReply.Withdrawn()));
                });
            }
        }

        foreach (var claim in peer.Claims.Values.Where(c => !c.IsReleasing))
        {
            yield return Release(peer, claim);
        }
    }

    private IEnumerable<WalkMove<SharedLockWalk>> OfCalls(SharedLockPeer peer)
    {
        var name = peer.Name;
        foreach (var call in peer.Calls)
        {
            if (call.Reply is null)
            {
                yield return Apply(peer, call);
                if (call.IsGivenUp)
                {
                    yield return new($"{call.Name} is lost on its way", w => w.Peer(name).Calls.RemoveAll(c => c.Name == call.Name));
                }
                else if (_budget.Refused > 0)
                {
                    yield return new($"{call.Name} is not sent: the client knows", w =>
                    {
                        w._budget = w._budget with { Refused = w._budget.Refused - 1 };
                        w.Peer(name).Calls.RemoveAll(c => c.Name == call.Name);
                        w.Tell(w.Peer(name), Failure(call, Refused));
                    });
                }
            }
            else
            {
                yield return Answer(peer, call);
            }

            if (!call.IsGivenUp && _budget.Unknown > 0)
            {
                yield return new($"{call.Name} is given up: the client does not know its outcome", w =>
                {
                    w._budget = w._budget with { Unknown = w._budget.Unknown - 1 };
                    var p = w.Peer(name);
                    var index = p.Calls.FindIndex(c => c.Name == call.Name);
                    if (call.Reply is null && call.Kind != CallKind.Read)
                    {
                        p.Calls[index] = call with { Name = call.Name + "?", IsGivenUp = true };
                    }
                    else
                    {
                        p.Calls.RemoveAt(index);
                    }

                    w.Tell(p, Failure(call, Unknown));
                });
            }
        }
    }

    private static WalkMove<SharedLockWalk> Apply(SharedLockPeer peer, Call call)
    {
        var name = peer.Name;
        return new($"{call.Name}: applied by etcd", w => w.ApplyCall(w.Peer(name), call));
    }

    private static WalkMove<SharedLockWalk> Answer(SharedLockPeer peer, Call call)
    {
        var name = peer.Name;
        return new($"{call.Name}: answered", w =>
        {
            var p = w.Peer(name);
            p.Calls.RemoveAll(c => c.Name == call.Name);
            w.Tell(p, WithValidity(p, call.Reply!));
        });
    }

    private IEnumerable<WalkMove<SharedLockWalk>> OfTimers(SharedLockPeer peer)
    {
        var name = peer.Name;
        foreach (var timer in peer.Timers)
        {
            if (timer == SharedLockTimer.Fallback && _budget.Fallbacks == 0)
            {
                continue;
            }

            // A lease that is not renewed is confirmed in vain.
            if (timer != SharedLockTimer.Confirm || !peer.IsAged)
            {
                yield return new($"{name}: the timer {timer} fires", w =>
                {
                    w._budget = w._budget with { Fallbacks = w._budget.Fallbacks - (timer == SharedLockTimer.Fallback ? 1 : 0) };
                    w.Peer(name).Timers.Remove(timer);
                    w.Tell(w.Peer(name), new SharedLockMessage.TimerFired(timer));
                });
            }
        }
    }

    private IEnumerable<WalkMove<SharedLockWalk>> OfTheWatches(SharedLockPeer peer)
    {
        var name = peer.Name;
        foreach (var (keys, at) in peer.Watches.OrderBy(w => w.Key.Key))
        {
            if (at < 0)
            {
                yield return new($"{name}: the watch of {keys.Key} begins", w =>
                {
                    w.Peer(name).Watches[keys] = w._history.Count;
                    w.Tell(w.Peer(name), new SharedLockMessage.WatchBegan(keys, new(w._revision)));
                });
                continue;
            }

            var next = _history.FindIndex(at, h => keys.Contains(h.Key));
            if (next < 0)
            {
                continue;
            }

            yield return new($"{name}: the watch of {keys.Key} shows {_history[next].Revision}", w =>
            {
                w.Peer(name).Watches[keys] = next + 1;
                var change = w._history[next];
                w.Tell(w.Peer(name), change.Put is { } put ? new SharedLockMessage.EntryPut(put) : new SharedLockMessage.EntryDeleted(change.Key, change.Revision));
            });
            if (_budget.Cuts > 0)
            {
                yield return new($"{name}: the watch of {keys.Key} misses what was", w =>
                {
                    w._budget = w._budget with { Cuts = w._budget.Cuts - 1 };
                    w.Peer(name).Watches[keys] = w._history.Count;
                    w.Tell(w.Peer(name), new SharedLockMessage.HistoryCut());
                });
            }
        }
    }

    private IEnumerable<WalkMove<SharedLockWalk>> OfTheSession(SharedLockPeer peer)
    {
        var name = peer.Name;
        if (peer.IsGivenUp)
        {
            yield return new($"{name}: lease {peer.Session} is given up", w => w.LoseSession(w.Peer(name)));
        }

        if (peer.Session != 0 && _budget.SessionLosses > 0)
        {
            yield return new($"{name} loses lease {peer.Session}", w =>
            {
                w._budget = w._budget with { SessionLosses = w._budget.SessionLosses - 1 };
                w.LoseSession(w.Peer(name));
            });
            if (_serverLeases.Contains(peer.Session))
            {
                yield return new($"somebody revokes lease {peer.Session} of {name}", w => w.ExpireOnServer(w.Peer(name).Session));
            }
        }

        foreach (var old in name == 'A' ? _serverLeases.Where(l => _peers.All(p => p.Session != l)) : [])
        {
            yield return new($"lease {old} runs out on the server", w => w.ExpireOnServer(old));
        }

        if (peer.Session == 0)
        {
            yield return new($"{name} gets a new lease", w => w.OpenSession(w.Peer(name)));
        }

        if (peer.Session != 0 && !peer.IsAged && _budget.Ageings > 0)
        {
            yield return new($"{name}: the lease was not renewed for a while", w =>
            {
                w._budget = w._budget with { Ageings = w._budget.Ageings - 1 };
                w.Peer(name).IsAged = true;
            });
        }

        if (peer.IsAged)
        {
            yield return new($"{name}: the lease is renewed", w => w.Peer(name).IsAged = false);
        }

        if (_budget.Crashes > 0)
        {
            yield return new($"{name}: the actor fails", w => w.Crash(w.Peer(name)));
        }
    }

    private IEnumerable<WalkMove<SharedLockWalk>> OfVandals()
    {
        foreach (var key in _store.Keys)
        {
            if (_budget.Deletes > 0)
            {
                yield return new($"somebody deletes {key}", w =>
                {
                    w._budget = w._budget with { Deletes = w._budget.Deletes - 1 };
                    w._tampered.Add(key);
                    w.Put(key, null);
                });
            }

            if (_budget.Overwrites > 0)
            {
                yield return new($"somebody overwrites {key}", w =>
                {
                    w._budget = w._budget with { Overwrites = w._budget.Overwrites - 1 };
                    w._tampered.Add(key);
                    w.Put(key, "foreign");
                });
            }

            if (_store[key].Lease.IsNone)
            {
                yield return new($"somebody removes the foreign {key}", w => w.Put(key, null));
            }
        }
    }

    /// <summary>Its callers are answered and its claims end; its successor knows nothing but the session.</summary>
    private void Crash(SharedLockPeer peer)
    {
        _budget = _budget with { Crashes = _budget.Crashes - 1 };
        peer.State = SharedLockState.Initial;
        peer.IsRecovering = true;
        peer.Pending.Clear();
        peer.Claims.Clear();
        peer.Timers.Clear();
        peer.Watches.Clear();
        peer.Calls.RemoveAll(c => c.Kind == CallKind.Read || c.Reply is not null);
        for (var i = 0; i < peer.Calls.Count; i++)
        {
            peer.Calls[i] = peer.Calls[i] with { Name = peer.Calls[i].Name + "!", IsGivenUp = true };
        }

        if (peer.Session != 0)
        {
            Tell(peer, new SharedLockMessage.SessionOpened(new Coordination.Locks.LockLease(new(peer.Session), Ttl)));
        }

        Tell(peer, new SharedLockMessage.Recover());
    }
}
