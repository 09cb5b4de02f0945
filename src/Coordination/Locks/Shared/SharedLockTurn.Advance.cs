using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <content>After each message: begins what is to be done next, and sees to the watches and timers that the state needs.</content>
internal sealed partial class SharedLockTurn
{
    public void Advance()
    {
        AnswerTries();
        Enter();
        Watch();
        Read();
        var waits = Waiting.Any();
        if (waits && !State.Timers.Contains(SharedLockTimer.Fallback))
        {
            SetTimer(SharedLockTimer.Fallback);
        }
        else if (!waits)
        {
            CancelTimer(SharedLockTimer.Fallback);
        }

        if (!State.Gone.IsEmpty && !State.IsReading && !State.Entries.Any(e => e.Phase is EntryPhase.Entering))
        {
            State = State with { Gone = State.Gone.Clear() };
        }

        if (State.WatchesOwn && !State.Entries.Any(e => e.Phase is EntryPhase.Held))
        {
            State = State with { WatchesOwn = false };
        }
    }

    /// <summary>Where somebody waits in line nobody gets past, and what our own holders leave is known.</summary>
    private void AnswerTries()
    {
        var waits = Waiting.Any();
        var held = State.Entries.Where(e => e.Phase is EntryPhase.Held).Sum(e => (long)e.Ask.Permits);
        foreach (var request in State.Queue.Where(r => r.IsTry && (waits || held + r.Ask.Permits > r.Ask.Limit)))
        {
            if (State.Entries.Exists(e => e.Ask.Limit != request.Ask.Limit))
            {
                // The line shall say that they disagree.
                continue;
            }

            State = State with { Queue = State.Queue.Remove(request) };
            NotAcquired(request, State.Holder);
        }
    }

    private void Enter()
    {
        if (State.Lease is not { } lease || State.Queue.IsEmpty || State.IsBackingOff || State.IsGivingUp)
        {
            return;
        }

        if (State.Entries.Count(e => e.Phase is EntryPhase.Unknown) >= settings.MaxUnresolved)
        {
            State = State with { IsGivingUp = true };
            Effects.Add(new SharedLockEffect.GiveUpLease(lease.Id));
            return;
        }

        if (Waiting.Count() >= settings.MaxInLine
            || State.Entries.Exists(e => e.Phase is EntryPhase.Entering or EntryPhase.Unknown && e.SeenAt == Revision.None))
        {
            return;
        }

        var request = State.Queue[0];
        var attempt = newAttempt();
        var entry = new SharedEntry(
            attempt, name.KeyOf(request.Ask.Mode, lease.Id, attempt), lease.Id, request.Ask, request, new EntryPhase.Entering(null), Revision.None, Revision.None);
        State = State with { Queue = State.Queue.RemoveAt(0), Entries = State.Entries.Add(entry) };
        Effects.Add(new SharedLockEffect.SendEnter(attempt, entry.Key, lease.Id, request.Ask, request.IsTry));
    }

    private void Read()
    {
        if (!State.WantsRead || State.IsReading || State.IsBackingOff || State.Lease is not { } lease)
        {
            return;
        }

        // Readers need not know of each other; a full line can be long.
        var isFull = name.Kind == SharedKind.Semaphore
            || State.Entries.Exists(e => e.Ask.Mode == SharedMode.Write && e.Phase is EntryPhase.Waiting or EntryPhase.Unknown);
        State = State with { WantsRead = false, IsReading = true };
        Effects.Add(new SharedLockEffect.SendRead(lease.Id, isFull));
    }

    /// <summary>The watches follow from the entries: on what those wait for who wait, and on our own where somebody could interfere unseen.</summary>
    private void Watch()
    {
        // With the revision up to which the line is known to all who rely on the watch.
        var wanted = new Dictionary<KeyRange, Revision>();
        foreach (var entry in State.Entries.Where(NeedsOwnWatch))
        {
            Want(name.OwnFolder(entry.Ask.Mode, entry.Lease), entry.SeenAt);
        }

        foreach (var entry in Waiting)
        {
            if (((EntryPhase.Waiting)entry.Phase).Target is { } target)
            {
                Want(target, entry.SeenAt);
            }
        }

        foreach (var keys in State.Watches.Keys.Where(keys => !wanted.ContainsKey(keys)))
        {
            State = State with { Watches = State.Watches.Remove(keys) };
            Effects.Add(new SharedLockEffect.StopWatch(keys));
        }

        foreach (var (keys, seenAt) in wanted)
        {
            if (!State.Watches.TryGetValue(keys, out var began))
            {
                State = State with { Watches = State.Watches.Add(keys, Revision.None) };
                Effects.Add(new SharedLockEffect.StartWatch(keys));
            }
            else if (began > seenAt && !State.IsReading)
            {
                // Between the two neither has shown what happened.
                Look();
            }
        }

        void Want(KeyRange keys, Revision seenAt) => wanted[keys] = wanted.TryGetValue(keys, out var other) && other < seenAt ? other : seenAt;
    }

    private bool NeedsOwnWatch(SharedEntry entry) => entry.Phase switch
    {
        EntryPhase.Waiting => true,
        EntryPhase.Held => State.WatchesOwn,
        EntryPhase.Unknown => entry.SeenAt != Revision.None,
        _ => false,
    };
}
