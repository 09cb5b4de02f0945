using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>
/// The rules of a mutex. Its key K is the user's own, and any program that only puts K when it is not there excludes us and is excluded by us. Who finds K taken, or
/// somebody in line, places a ticket; the same transaction shows K. Five transactions move it: enter, take, withdraw, and to release leave, give or pass. This system
/// has at most one entry at a time: a ticket, or K.
/// </summary>
internal sealed class MutexTurn(LockName name, LineSettings settings, Func<AttemptId> newAttempt, LineState state, TimeSpan validFor)
    : LineTurn(name, settings, newAttempt, state, validFor)
{
    private readonly Func<AttemptId> _newAttempt = newAttempt;

    protected override bool CanEnter => State.Entries.IsEmpty;

    /// <summary>Our one entry.</summary>
    private Entry? Mine => State.Entries.IsEmpty ? null : State.Entries[0];

    protected override bool IsInTheWay(LockWaiter waiter) => Mine is { Phase: EntryPhase.Waiting or EntryPhase.Confirming or EntryPhase.Held };

    protected override LineOp.Look? NextLook(LeaseId lease) => Mine switch
    {
        { Phase: EntryPhase.Waiting } entry => new LineOp.Look(entry.Attempt, lease, entry.Created, IsWide: false),
        { Phase: EntryPhase.Held } entry => new LineOp.Look(entry.Attempt, lease, Revision.None, IsWide: true),
        _ => null,
    };

    protected override void WantWatches(Action<KeyRange> want)
    {
        switch (Mine?.Phase)
        {
            case EntryPhase.Waiting { Target: { } target }:
                want(target);
                break;
            case EntryPhase.Held when State.WatchesOwn:
                want(Name.Key);
                break;
        }
    }

    protected override void Conclude(Entry entry, LineMessage.Concluded m)
    {
        switch (m.Op)
        {
            case LineOp.Enter or LineOp.Take:
                Judge(entry, m.Shown, m.WasLost);
                break;
            case LineOp.Withdraw when m.Applied:
                Left(entry);
                break;
            case LineOp.Withdraw:
                Judge(entry, m.Shown, m.WasLost);
                break;
            case LineOp.Pass op when m.Shown.Mine is { } mine && mine.Attempt == op.To:
                OnPassed(entry, op, mine);
                break;
            case LineOp.Leave or LineOp.Give or LineOp.Pass when m.Applied:
                Left(entry);
                break;
            default:
                OnNotLeft(entry, m);
                break;
        }
    }

    protected override void OnLooked(LineOp.Look look, LineShown shown)
    {
        if (Mine is not { } entry || entry.Attempt != look.Attempt || shown.Revision < entry.SeenAt)
        {
            // What is known is newer.
            return;
        }

        if (entry.Phase is EntryPhase.Held held)
        {
            if (shown.KeyAt != held.Tenure.Token)
            {
                Drop(entry, shown.KeyAt == Revision.None ? LossReason.KeyDeleted : LossReason.KeyOverwritten);
            }
            else
            {
                var tenure = look.IsWide ? held.Tenure with { Behind = shown.First } : held.Tenure;
                Set(entry with { Phase = new EntryPhase.Held(tenure), SeenAt = Later(entry.SeenAt, shown.Revision) });
            }
        }
        else if (entry.Phase is EntryPhase.Waiting && !look.IsWide)
        {
            if (shown.Mine?.Attempt != entry.Attempt && shown.Ticket != entry.Attempt && entry.Placed != Revision.None)
            {
                // Somebody took our ticket out of the line. It is placed again, not at once: whoever did it may do it again.
                Drop(entry, LossReason.KeyDeleted);
                Pause(null);
                return;
            }

            Judge(entry, shown, wasLost: false);
        }
    }

    protected override void OnChanged(LineMessage.Changed m)
    {
        if (Mine is not { } entry)
        {
            return;
        }

        switch (entry.Phase)
        {
            case EntryPhase.Held held when m.Key == Name.Key && m.Revision > held.Tenure.Token:
                Drop(entry, m.Current is null ? LossReason.KeyDeleted : LossReason.KeyOverwritten);
                break;
            case EntryPhase.Waiting when m.Revision <= entry.SeenAt:
                break;
            case EntryPhase.Waiting waiting when m.Key == Name.Key && m.Current is { } current:
                if (current.Lease == entry.Lease && LockValue.AttemptOf(current) == entry.Attempt)
                {
                    Own(entry, new Tenure(current.ModRevision, current.ModRevision, current.Version));
                }
                else
                {
                    State = State with { Holder = LockValue.HolderOf(current) };
                    Set(entry with { Phase = waiting with { IsFree = false }, SeenAt = m.Revision });
                }

                break;
            case EntryPhase.Waiting when m.Key == Name.Key && entry.Placed != Revision.None:
                // Only who is the first watches the key.
                Take(entry, inTurn: true);
                break;
            case EntryPhase.Waiting when m.Key == Name.Key:
                Do(entry, EnterOp(entry.Attempt, entry.Lease, entry.For!));
                break;
            case EntryPhase.Waiting when m.Current is null:
                LookSoon();
                break;
        }
    }

    protected override void OnGiven(LineMessage.Given m)
    {
        // It can come before the reply that says that our ticket was placed.
        State = State with { Note = m };
        if (Mine is { Phase: EntryPhase.Waiting } entry && entry.Attempt == m.To)
        {
            OwnBy(entry, m);
        }
    }

    protected override void OnCalled(LineMessage.Called m)
    {
        if (Mine is { Phase: EntryPhase.Waiting } entry && entry.Attempt == m.To && entry.Placed != Revision.None)
        {
            Take(entry, inTurn: true);
        }
    }

    protected override void OnLookTimer()
    {
        if (Mine is { Phase: EntryPhase.Waiting { IsFree: true, Target: not null } } entry && entry.Placed != Revision.None)
        {
            // Whoever is first does not take it.
            Take(entry, inTurn: false);
        }
        else
        {
            LookSoon();
        }
    }

    protected override void Leave(Entry entry, Tenure tenure)
    {
        if (State.IsLineClosed)
        {
            LeavePlain(entry, tenure);
        }
        else if (!tenure.Behind.IsEmpty)
        {
            Give(entry, tenure);
        }
        else if (!State.Queue.IsEmpty && tenure.Version < Settings.MaxHandOvers)
        {
            // In one transaction with a look at the line: nobody here overtakes who waits elsewhere.
            Do(entry, new LineOp.Pass(entry.Attempt, entry.Lease, State.Queue[0].Terms, tenure, _newAttempt()));
        }
        else
        {
            Do(entry, new LineOp.Leave(entry.Attempt, entry.Lease, entry.Terms, tenure));
        }
    }

    /// <summary>Without permission for the line, or for the other's inbox: the key itself is still ours to delete.</summary>
    protected override bool DoOtherwise(Entry entry, LineOp op, EtcdException error)
    {
        switch (op)
        {
            case LineOp.Give give when error.Kind == CoordinationErrorKind.LeaseNotFound:
                // The next one is gone. Its ticket is going as well, so the line is looked at again.
                Leave(entry, give.Tenure with { Behind = [] });
                return true;
            case LineOp.Give or LineOp.Pass or LineOp.Leave { IsPlain: false } when IsForGood(error):
                LeavePlain(entry, TenureOf(op));
                return true;
            case LineOp.Leave { Call: not null } leave when IsForGood(error):
                Do(entry, leave with { Call = null });
                return true;
            default:
                return false;
        }
    }

    private static Tenure TenureOf(LineOp op) => op switch
    {
        LineOp.Leave leave => leave.Tenure,
        LineOp.Give give => give.Tenure,
        LineOp.Pass pass => pass.Tenure,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What is shown of K and of our ticket decides, whatever the operation was.</summary>
    private void Judge(Entry entry, LineShown shown, bool wasLost)
    {
        State = State with { Holder = shown.Holder };
        if (shown.Mine is { } mine && mine.Attempt == entry.Attempt)
        {
            Own(entry, new Tenure(mine.Token, mine.Token, mine.Version));
        }
        else if (shown.Ticket == entry.Attempt)
        {
            Stand(Set(entry with { Placed = shown.Placed, Created = shown.Created, SeenAt = shown.Revision }), shown);
        }
        else if (entry.For is not { } waiter)
        {
            Remove(entry);
        }
        else if (waiter.IsTry && (!wasLost || shown.KeyAt != Revision.None))
        {
            NotAcquired(entry);
            Remove(entry);
        }
        else if (shown.KeyAt != Revision.None && !IsInTurn(waiter))
        {
            // By chance: when the key is deleted, everybody tries.
            Set(entry with { Phase = new EntryPhase.Waiting(Name.Key), SeenAt = shown.Revision });
            LookLater(LookDelay.Fallback);
        }
        else
        {
            // It was not applied, or what it put is gone again.
            Do(entry with { Placed = Revision.None }, EnterOp(entry.Attempt, entry.Lease, waiter));
        }
    }

    private bool IsInTurn(LockWaiter waiter) => waiter.Terms.IsFair && !State.IsLineClosed;

    /// <summary>Our ticket is in the line.</summary>
    private void Stand(Entry entry, LineShown shown)
    {
        var isFree = shown.KeyAt == Revision.None;
        if (entry.For is null)
        {
            Withdraw(entry);
        }
        else if (State.Note is { } note && note.To == entry.Attempt)
        {
            OwnBy(entry, note);
        }
        else if (isFree && shown is { IsPlaceKnown: true, Ahead: null })
        {
            Take(entry, inTurn: true);
        }
        else if (shown.IsPlaceKnown)
        {
            // Who is first wakes by the key, everybody else by the ticket before its own: so a release wakes one.
            Set(entry with { Phase = new EntryPhase.Waiting(shown.Ahead ?? Name.Key, isFree) });
            LookLater(isFree ? LookDelay.DeadHead : LookDelay.Fallback);
        }
        else
        {
            Set(entry with { Phase = new EntryPhase.Waiting(null, isFree) });
            if (isFree || !Settings.IsTold || shown.Holder is { IsForeign: true })
            {
                LookSoon();
                return;
            }

            // In a quick line, where we are told, watches would cost more than all else.
            LookLater(LookDelay.Watch);
            if (!State.HasInbox)
            {
                Effects.Add(new LineEffect.WantInbox());
            }
        }
    }

    private void OwnBy(Entry entry, LineMessage.Given note)
    {
        State = State with { Note = null };
        Own(entry, new Tenure(note.Revision, note.Revision, note.Version) { Behind = note.Behind });
        if (note.Behind.Length <= 1)
        {
            // There was a crowd: who comes next should be known before it is needed.
            LookSoon();
        }
    }

    private void Take(Entry entry, bool inTurn) =>
        Do(entry, new LineOp.Take(entry.Attempt, entry.Lease, entry.Terms, entry.Placed, entry.Created, inTurn));

    private void Give(Entry entry, Tenure tenure)
    {
        var next = tenure.Behind[0];
        if (tenure.Version < Settings.MaxHandOvers)
        {
            Do(entry, new LineOp.Give(entry.Attempt, entry.Lease, tenure, next, tenure.Behind.RemoveAt(0)));
        }
        else
        {
            LeavePlain(entry, tenure, next);
        }
    }

    private void LeavePlain(Entry entry, Tenure tenure, Ticket? call = null) =>
        Do(entry, new LineOp.Leave(entry.Attempt, entry.Lease, entry.Terms, tenure, IsPlain: true, call));

    private void OnPassed(Entry entry, LineOp.Pass op, Mine mine)
    {
        Left(entry);
        var next = new Entry(op.To, op.Lease, op.Terms, null, new EntryPhase.Doing(op));
        State = State with { Entries = State.Entries.Add(next) };
        Own(next, new Tenure(mine.Token, mine.Token, mine.Version));
    }

    /// <summary>The release was not made: K is not ours any more, or somebody is in line, or who was next has gone.</summary>
    private void OnNotLeft(Entry entry, LineMessage.Concluded m)
    {
        var tenure = TenureOf(m.Op) with { Behind = m.Shown.First };
        if (m.Shown.KeyAt != tenure.Token)
        {
            Left(entry);
        }
        else if (m.Op is LineOp.Leave { IsPlain: true } || (tenure.Behind.IsEmpty && m.Shown.IsSomebodyInLine))
        {
            // What stands there is nobody's that K could be handed to.
            LeavePlain(entry, tenure);
        }
        else
        {
            Leave(entry, tenure);
        }
    }
}
