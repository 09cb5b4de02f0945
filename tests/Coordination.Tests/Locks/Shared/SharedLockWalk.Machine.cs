using Coordination.Etcd;
using Coordination.Locks.Shared;

namespace Coordination.Tests.Locks.Shared;

/// <content>The machines in the middle: what they are told, what they do, and the promises that are checked each time.</content>
internal sealed partial class SharedLockWalk
{
    private void Tell(SharedLockPeer peer, SharedLockMessage message)
    {
        Note(peer, message);
        var machine = new SharedLockMachine(_name, new SharedLockSettings(100, _budget.MaxInLine, _budget.MaxUnresolved), NextAttempt);
        var (state, effects) = machine.Handle(peer.State, message);
        peer.State = state;
        foreach (var effect in effects)
        {
            Run(peer, effect);
        }

        Promise(
            state.Entries.Where(e => e.Phase is EntryPhase.Held).Select(e => e.Request!.Id.Value).Order()
                .SequenceEqual(peer.Claims.Values.Where(c => state.Entries.Exists(e => e.Key == c.Key && e.Phase is EntryPhase.Held)).Select(c => c.Request))
            && peer.Claims.Values.All(c => c.IsReleasing || state.Entries.Exists(e => e.Key == c.Key && e.Phase is EntryPhase.Held)),
            "the machine holds a place for exactly those whom it told so");
        foreach (var claim in peer.Claims.Values.Where(c => !c.IsReleasing))
        {
            Promise(peer.Shown.GetValueOrDefault(claim.Key) <= claim.Token, $"a holder is told when its entry is shown changed: {claim}");
        }

        Promise(state.Watches.Keys.ToHashSet().SetEquals(peer.Watches.Keys), "a watch runs when the machine thinks so");
        Promise(state.Timers.SetEquals(peer.Timers), "a timer runs when the machine thinks so");
        CheckAdmission();
    }

    /// <summary>Remembers what the machine is shown.</summary>
    private static void Note(SharedLockPeer peer, SharedLockMessage message)
    {
        switch (message)
        {
            case SharedLockMessage.EntryPut m:
                peer.Shown[m.Current.Key] = Math.Max(peer.Shown.GetValueOrDefault(m.Current.Key), m.Current.ModRevision.Value);
                break;
            case SharedLockMessage.EntryDeleted m:
                peer.Shown[m.Key] = Math.Max(peer.Shown.GetValueOrDefault(m.Key), m.Revision.Value);
                break;
            case SharedLockMessage.LineRead m:
                foreach (var claim in peer.Claims.Values.Where(c => c.Token <= m.Line.Revision.Value))
                {
                    var seen = m.Line.Find(claim.Key)?.ModRevision ?? m.Line.Revision;
                    if (seen.Value != claim.Token)
                    {
                        peer.Shown[claim.Key] = Math.Max(peer.Shown.GetValueOrDefault(claim.Key), Math.Max(seen.Value, claim.Token + 1));
                    }
                }

                break;
        }
    }

    /// <summary>S1, in real time: whoever is told to be in, and was not robbed of its entry, is in together with others only as the rule allows.</summary>
    private void CheckAdmission()
    {
        var inside = _peers.SelectMany(p => p.Claims.Values).Where(c => !c.IsReleasing && !_tampered.Contains(c.Key)).ToList();
        foreach (var claim in inside)
        {
            Promise(
                _store.TryGetValue(claim.Key, out var kv) && kv.ModRevision.Value == claim.Token,
                $"S7: only what its holder released is removed: {claim}");
        }

        Promise(inside.Count < 2 || inside.All(c => c.Ask.Mode != SharedMode.Write), $"S1: a writer is alone: {string.Join(", ", inside)}");
        Promise(
            inside.All(c => c.Ask.Mode != SharedMode.Permits || inside.Sum(o => o.Ask.Permits) <= c.Ask.Limit),
            $"S1: no more permits than there are: {string.Join(", ", inside)}");
    }

    private void Run(SharedLockPeer peer, SharedLockEffect effect)
    {
        switch (effect)
        {
            case SharedLockEffect.SendEnter e:
                Promise(e.Lease.Value == peer.Session, "an entry is put on the session's lease");
                Promise(!_history.Any(h => h.Key == e.Key) && _peers.All(p => p.Calls.All(c => c.Effect is not SharedLockEffect.SendEnter o || o.Key != e.Key)), "no entry is put twice");
                Promise(peer.State.Entries.Count(x => x.Phase is EntryPhase.Entering) == 1, "one entry is put at a time");
                peer.Calls.Add(new(SharedLockPeer.CallKind.Enter, $"{peer.Name} enters {e.Key.ToText()[^2..]}", e));
                break;
            case SharedLockEffect.SendLeave e:
                Promise(peer.Claims.Values.All(c => c.Key != e.Key || c.IsReleasing), "a place that is held is given back when its holder says so");
                peer.Calls.Add(new(SharedLockPeer.CallKind.Leave, $"{peer.Name} leaves {e.Key.ToText()[^2..]}#{peer.NextCall()}", e));
                break;
            case SharedLockEffect.SendRead e:
                Promise(peer.Calls.All(c => c.Kind != SharedLockPeer.CallKind.Read), "one read at a time");
                peer.Calls.Add(new(SharedLockPeer.CallKind.Read, $"{peer.Name} reads#{peer.NextCall()}", e));
                break;
            case SharedLockEffect.StartWatch e:
                peer.Watches.Add(e.Keys, -1);
                break;
            case SharedLockEffect.StopWatch e:
                Promise(peer.Watches.Remove(e.Keys), "only a watch that runs is stopped");
                break;
            case SharedLockEffect.SetTimer e:
                peer.Timers.Add(e.Timer);
                break;
            case SharedLockEffect.CancelTimer e:
                peer.Timers.Remove(e.Timer);
                break;
            case SharedLockEffect.GiveUpLease e:
                Promise(peer.State.Entries.Count(x => x.Phase is EntryPhase.Unknown) >= _budget.MaxUnresolved, "a lease is given up only as the last resort");
                peer.IsGivenUp = e.Lease.Value == peer.Session;
                break;
            case SharedLockEffect.Grant e:
                Grant(peer, e);
                break;
            case SharedLockEffect.Reply e:
                Promise(peer.Pending.Remove(e.Answer is SharedLockReply.Released ? -e.Request.Value : e.Request.Value), $"one answer to each request: {e}");
                Promise(e.Answer is not SharedLockReply.OtherLimit o || o.Asked != o.Stored, $"a refusal names two different limits: {e}");
                if (e.Answer is SharedLockReply.Released)
                {
                    peer.Claims.Remove(e.Request.Value);
                }

                break;
            case SharedLockEffect.Lose e:
                Promise(peer.Claims.Remove(e.Request.Value), $"S3: only a holder loses its place, once: {e}");
                break;
        }
    }

    private void Grant(SharedLockPeer peer, SharedLockEffect.Grant e)
    {
        Promise(peer.Pending.Remove(e.Request.Value), $"one answer to each request: {e}");
        Promise(peer.Session != 0 && e.Lease.Value == peer.Session, $"no grant after the lease was lost: {e}");
        Promise(_history.Any(h => h.Revision == e.Token && h.Key == e.Key && h.Put?.Lease == e.Lease && h.Put.Version == 1), $"S8: no grant without our entry on our lease: {e}");
        Promise(peer.ValidFor(Ttl) >= Ttl / 2, $"S8: no grant with less than half a TTL: {e}");
        Promise(peer.Shown.GetValueOrDefault(e.Key) <= e.Token.Value, $"no grant of an entry that was shown changed: {e}");
        if (!_tampered.Contains(e.Key))
        {
            // L6 and S1, told in other words than the machine's: everybody who is older and still in line leaves enough.
            var older = _store.Values.Where(kv => kv.CreateRevision < e.Token && !_tampered.Contains(kv.Key)).Select(kv => (kv, SharedLockValue.AskOf(_name, kv))).ToList();
            var fits = e.Ask.Mode switch
            {
                SharedMode.Write => older.Count == 0,
                SharedMode.Read => older.All(o => o.Item2 == SharedAsk.Read),
                _ => older.All(o => o.Item2 is { } other && other.Limit == e.Ask.Limit) && older.Sum(o => o.Item2!.Permits) <= e.Ask.Limit - e.Ask.Permits,
            };
            Promise(fits, $"L6: nobody gets past those who came before: {e}");
            Promise(older.All(o => o.kv.CreateRevision >= e.Floor), $"S5: a floor shuts out nobody who is in: {e}");
        }

        Promise(e.Ask.Mode == SharedMode.Read ? e.Floor == Revision.None : e.Floor <= e.Token, $"a floor is not above its token: {e}");
        if (e.Floor == e.Token && !_tampered.Contains(e.Key))
        {
            Promise(e.Token.Value > _lastToken || _tampered.Count > 0 || e.Ask.Mode != SharedMode.Write, $"S4: a writer's token is larger than every one before: {e} after {_lastToken}");
        }

        Promise(_peers.All(p => p.Claims.Values.All(c => c.Token != e.Token.Value)), $"S4: no token is given twice: {e}");
        _lastToken = Math.Max(_lastToken, e.Token.Value);
        peer.Claims.Add(e.Request.Value, new(e.Request.Value, e.Key, e.Token.Value, e.Floor.Value, e.Ask, false));
    }
}
