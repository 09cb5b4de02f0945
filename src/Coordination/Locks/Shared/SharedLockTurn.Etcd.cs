using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <content>The dialogue with etcd: replies, and what the watches show.</content>
internal sealed partial class SharedLockTurn
{
    public void OnEntered(SharedLockMessage.Entered m)
    {
        if (Find(m.Attempt) is not { Phase: EntryPhase.Entering phase } sent)
        {
            return;
        }

        State = State with { Failures = 0, LastError = null };
        var entry = Set(sent with { Created = m.Line.Revision, SeenAt = m.Line.Revision, Phase = new EntryPhase.Waiting([], null) });
        if (phase.Interference is { } reason)
        {
            End(entry, reason);
            BackOff(null);
        }
        else if (entry.Request is null)
        {
            Leave(entry, null);
        }
        else
        {
            Judge(entry, m.Line, m.ValidFor);
        }

        RemoveLeftovers(m.Line);
    }

    public void OnNotEntered(SharedLockMessage.NotEntered m)
    {
        if (Find(m.Attempt) is not { Phase: EntryPhase.Entering } entry)
        {
            return;
        }

        State = State with { Failures = 0, LastError = null };
        Remove(entry);
        var oldest = m.Line.KeyValues.MinBy(kv => kv.CreateRevision);
        NotAcquired(entry.Request, oldest is null ? null : SharedLockValue.HolderOf(oldest));
    }

    public void OnEnterFailed(SharedLockMessage.EnterFailed m)
    {
        if (Find(m.Attempt) is not { Phase: EntryPhase.Entering } entry)
        {
            return;
        }

        if (m.Error.Outcome == WriteOutcome.Unknown)
        {
            // It is looked for before anything else is put: when it is found, the request has kept its place.
            Effects.Add(new SharedLockEffect.NoteUnknown(m.Attempt, m.Error));
            Set(entry with { Request = null, Phase = new EntryPhase.Unknown() });
            Look();
        }
        else
        {
            Remove(entry);
        }

        Requeue(entry.Request);
        switch (m.Error.Kind)
        {
            case CoordinationErrorKind.LeaseNotFound:
                Effects.Add(new SharedLockEffect.VerifyLease(entry.Lease));
                break;

            // Time does not heal these, or those who wait should decide for themselves: etcd out of space.
            case CoordinationErrorKind.NoSpace:
            case not CoordinationErrorKind.Stopped when !m.Error.IsTransient:
                FailQueue(m.Error, triesOnly: false);
                break;
            default:
                FailQueue(m.Error, triesOnly: true);
                break;
        }

        BackOff(m.Error);
    }

    public void OnLeft(SharedLockMessage.Left m)
    {
        if (Find(m.Attempt) is { Phase: EntryPhase.Leaving } entry)
        {
            End(entry, LossReason.Released);
        }
    }

    public void OnLeaveFailed(SharedLockMessage.LeaveFailed m)
    {
        if (Find(m.Attempt) is not { Phase: EntryPhase.Leaving phase } entry)
        {
            return;
        }

        // The guard makes it safe to send it again, whatever became of it, until it is done or the lease is gone.
        var next = phase with { IsSent = false, Failures = phase.Failures + 1 };
        if (!m.Error.IsTransient && phase.Release is { } request)
        {
            next = next with { Release = null };
            Reply(request, new SharedLockReply.Failed(m.Error));
        }

        Set(entry with { Phase = next });
        if (!State.Timers.Contains(SharedLockTimer.RetryLeave))
        {
            SetTimer(SharedLockTimer.RetryLeave, next.Failures);
        }
    }

    public void OnLineRead(SharedLockMessage.LineRead m)
    {
        State = State with { IsReading = false, Failures = 0, LastError = null };
        CancelTimer(SharedLockTimer.Fallback);
        foreach (var entry in State.Entries.Where(e => m.Line.Revision >= e.Created))
        {
            switch (entry.Phase)
            {
                case EntryPhase.Unknown:
                    Resolve(entry, m.Line, m.ValidFor);
                    break;
                case EntryPhase.Waiting when m.Line.IsFull || entry.Ask.Mode == SharedMode.Read:
                    Judge(Set(entry with { SeenAt = m.Line.Revision }), m.Line, m.ValidFor);
                    break;
                case EntryPhase.Held:
                    CheckHeld(entry, m.Line);
                    break;
                case EntryPhase.Leaving when m.Line.Find(entry.Key) is null:
                    End(entry, LossReason.Released);
                    break;
            }
        }

        RemoveLeftovers(m.Line);
    }

    public void OnReadFailed(SharedLockMessage.ReadFailed m)
    {
        State = State with { IsReading = false };
        Look();
        FailQueue(m.Error, triesOnly: true);
        BackOff(m.Error);
    }

    public void OnWatchBegan(SharedLockMessage.WatchBegan m)
    {
        if (State.Watches.ContainsKey(m.Keys))
        {
            State = State with { Watches = State.Watches.SetItem(m.Keys, m.Revision) };
        }
    }

    public void OnEntryPut(SharedLockMessage.EntryPut m)
    {
        if (State.Entries.Find(e => e.Key == m.Current.Key) is not { } entry)
        {
            return;
        }

        switch (entry.Phase)
        {
            case EntryPhase.Entering when m.Current.Version > 1:
                Set(entry with { Phase = new EntryPhase.Entering(LossReason.KeyOverwritten) });
                break;
            case EntryPhase.Unknown when m.Current.Version > 1:
                // A read on its way may still show it as it was put.
                Remove(entry);
                break;
            case EntryPhase.Unknown:
                Look();
                break;
            case EntryPhase.Waiting or EntryPhase.Held or EntryPhase.Leaving when m.Current.ModRevision > entry.Created:
                Interfere(entry, LossReason.KeyOverwritten);
                break;
        }
    }

    public void OnEntryDeleted(SharedLockMessage.EntryDeleted m)
    {
        if (State.IsReading || State.Entries.Any(e => e.Phase is EntryPhase.Entering))
        {
            State = State with { Gone = State.Gone.SetItem(m.Key, m.Revision) };
        }

        foreach (var waiting in Waiting)
        {
            Unblock(waiting, m.Key, m.Revision);
        }

        switch (State.Entries.Find(e => e.Key == m.Key))
        {
            case { Phase: EntryPhase.Entering } entry:
                Set(entry with { Phase = new EntryPhase.Entering(LossReason.KeyDeleted) });
                break;
            case { Phase: EntryPhase.Unknown } entry:
                Remove(entry);
                break;
            case { } entry when m.Revision > entry.Created:
                Interfere(entry, LossReason.KeyDeleted);
                break;
        }
    }

    private void CheckHeld(SharedEntry entry, SharedLine line)
    {
        switch (line.Find(entry.Key))
        {
            case null:
                Interfere(entry, LossReason.KeyDeleted);
                break;
            case { } own when own.ModRevision != entry.Created || own.Lease != entry.Lease:
                Interfere(entry, LossReason.KeyOverwritten);
                break;
            default:
                Set(entry with { SeenAt = line.Revision });
                break;
        }
    }
}
