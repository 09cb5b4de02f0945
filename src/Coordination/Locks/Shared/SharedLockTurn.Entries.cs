using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <content>What happens to an entry.</content>
internal sealed partial class SharedLockTurn
{
    private SharedEntry? Find(AttemptId attempt) => State.Entries.Find(e => e.Attempt == attempt);

    private SharedEntry Set(SharedEntry entry)
    {
        var index = State.Entries.FindIndex(e => e.Attempt == entry.Attempt);
        State = State with { Entries = State.Entries.SetItem(index, entry) };
        return entry;
    }

    private void Remove(SharedEntry entry) => State = State with { Entries = State.Entries.RemoveAll(e => e.Attempt == entry.Attempt) };

    /// <summary>What a line means for an entry that waits in it.</summary>
    private void Judge(SharedEntry entry, SharedLine line, TimeSpan validFor)
    {
        switch (SharedAdmission.Judge(name, line, entry))
        {
            case SharedVerdict.Interfered v:
                Interfere(entry, v.Reason);
                break;
            case SharedVerdict.OtherLimit v:
                Reply(entry.Request!.Id, new SharedLockReply.OtherLimit(entry.Ask.Limit, v.Limit, v.Holder));
                Leave(entry, null);
                break;
            case SharedVerdict.In when validFor < State.Lease!.Ttl / 2:
                Set(entry with { Phase = new EntryPhase.Waiting([], null) });
                Effects.Add(new SharedLockEffect.VerifyLease(entry.Lease));
                SetTimer(SharedLockTimer.Confirm);
                break;
            case SharedVerdict.In v:
                Grant(entry, v.Floor);
                break;
            case SharedVerdict.Waits v when entry.Request!.IsTry:
                NotAcquired(entry.Request, v.Holder);
                Leave(entry, null);
                break;
            case SharedVerdict.Waits v:
                State = State with { Holder = v.Holder };
                var waiting = Set(entry with { Phase = new EntryPhase.Waiting(v.Blockers, v.Target) });
                foreach (var (key, revision) in State.Gone)
                {
                    waiting = Unblock(waiting, key, revision);
                }

                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Grant(SharedEntry entry, Revision floor)
    {
        Set(entry with { Phase = new EntryPhase.Held() });
        Effects.Add(new SharedLockEffect.Grant(entry.Request!.Id, entry.Key, entry.Created, floor, entry.Lease, entry.Ask));
        if (!State.WatchesOwn && !State.Timers.Contains(SharedLockTimer.OwnWatch))
        {
            SetTimer(SharedLockTimer.OwnWatch);
        }
    }

    /// <summary>A blocker is gone. When that may be enough, it is time to look.</summary>
    private SharedEntry Unblock(SharedEntry entry, Bytes key, Revision revision)
    {
        var phase = (EntryPhase.Waiting)entry.Phase;
        if (phase.Target is not { } target || revision <= entry.SeenAt || !phase.Blockers.ContainsKey(key))
        {
            return entry;
        }

        var blockers = phase.Blockers.Remove(key);
        if (target.IsSingle ? target.Key == key : blockers.Values.Sum() + entry.Ask.Permits <= entry.Ask.Limit)
        {
            Look();
        }

        return Set(entry with { Phase = phase with { Blockers = blockers } });
    }

    /// <summary>A read looked for an entry whose outcome is unknown. When it is there it serves whoever wants the same.</summary>
    private void Resolve(SharedEntry entry, SharedLine line, TimeSpan validFor)
    {
        if (line.Find(entry.Key) is not { } found)
        {
            Set(entry with { SeenAt = line.Revision });
        }
        else if (found.ModRevision != found.CreateRevision || found.Lease != entry.Lease)
        {
            Remove(entry);
        }
        else
        {
            var known = Set(entry with { Created = found.CreateRevision, SeenAt = line.Revision, Phase = new EntryPhase.Waiting([], null) });
            if (State.Queue.Find(r => !r.IsTry && r.Ask == entry.Ask) is { } request && (line.IsFull || entry.Ask.Mode == SharedMode.Read))
            {
                State = State with { Queue = State.Queue.Remove(request) };
                Judge(Set(known with { Request = request }), line, validFor);
            }
            else
            {
                Effects.Add(new SharedLockEffect.NoteAbandonedFound(entry.Attempt));
                Leave(known, null);
            }
        }
    }

    /// <summary>Entries of an earlier life of this actor: their tokens may have been handed out, so they cannot be handed out again.</summary>
    private void RemoveLeftovers(SharedLine line)
    {
        if (State.Lease is not { } lease)
        {
            return;
        }

        foreach (var kv in line.KeyValues.Where(kv => kv.Lease == lease.Id && name.IsOwn(kv.Key, lease.Id) && !State.Entries.Exists(e => e.Key == kv.Key)))
        {
            var phase = new EntryPhase.Leaving(null, IsSent: true, 0);
            var ask = SharedLockValue.AskOf(name, kv) ?? SharedAsk.Of(1, 1);
            var leftover = new SharedEntry(newAttempt(), kv.Key, lease.Id, ask, null, phase, kv.ModRevision, kv.ModRevision);
            State = State with { Entries = State.Entries.Add(leftover) };
            Effects.Add(new SharedLockEffect.NoteAbandonedFound(leftover.Attempt));
            SendLeave(leftover, phase);
        }
    }

    /// <summary>Nobody wants the entry any more.</summary>
    private void Abandon(SharedEntry entry)
    {
        if (entry.Phase is EntryPhase.Entering)
        {
            Set(entry with { Request = null });
        }
        else
        {
            Leave(entry, null);
        }
    }

    private void Leave(SharedEntry entry, LockRequestId? release)
    {
        var phase = new EntryPhase.Leaving(release, IsSent: true, 0);
        SendLeave(Set(entry with { Request = null, Phase = phase }), phase);
    }

    private void SendLeave(SharedEntry entry, EntryPhase.Leaving phase)
    {
        Set(entry with { Phase = phase with { IsSent = true } });
        Effects.Add(new SharedLockEffect.SendLeave(entry.Attempt, entry.Key, entry.Created));
    }

    /// <summary>Somebody deleted or changed an entry of ours. Those who wait line up again, not at once: whoever did it may do it again.</summary>
    private void Interfere(SharedEntry entry, LossReason reason)
    {
        End(entry, reason);
        if (entry.Phase is EntryPhase.Waiting && !State.IsBackingOff)
        {
            BackOff(null);
        }
    }

    /// <summary>The entry is gone: its holder has lost it, its waiter gets back to the queue, its release is done.</summary>
    private void End(SharedEntry entry, LossReason reason)
    {
        Remove(entry);
        switch (entry.Phase)
        {
            case EntryPhase.Held:
                Effects.Add(new SharedLockEffect.Lose(entry.Request!.Id, reason));
                break;
            case EntryPhase.Leaving { Release: { } request }:
                Reply(request, new SharedLockReply.Released());
                break;
            default:
                Requeue(entry.Request);
                break;
        }
    }

    private void Requeue(SharedRequest? request)
    {
        if (request is not null)
        {
            var index = State.Queue.FindIndex(r => r.Arrival > request.Arrival);
            State = State with { Queue = State.Queue.Insert(index < 0 ? State.Queue.Count : index, request) };
        }
    }

    private void NotAcquired(SharedRequest? request, LockHolder? holder)
    {
        if (request is not null)
        {
            Reply(request.Id, new SharedLockReply.NotAcquired(holder));
        }
    }

    private void FailQueue(EtcdException error, bool triesOnly)
    {
        foreach (var request in State.Queue.Where(r => r.IsTry || !triesOnly))
        {
            State = State with { Queue = State.Queue.Remove(request) };
            Reply(request.Id, new SharedLockReply.Failed(error));
        }
    }
}
