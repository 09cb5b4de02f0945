using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>
/// The rules of one lock in one system, pure: one message's way from a state to the next. This class is what a mutex (<see cref="MutexTurn"/>), a reader-writer lock and a
/// semaphore (<see cref="SharedTurn"/>) share: the requests of this process in their order, our entries in the line, one operation of an entry at a time, withdrawal,
/// loss, looks and pauses. LineTurn.Advance.cs begins what is to be done next.
/// <para>
/// Safety rests on etcd's transactions, and on the journal, from which each operation gets a definite outcome. The machine adds that a grant needs a lease that is good
/// for half its TTL, and that what nobody wants any more is removed.
/// </para>
/// </summary>
internal abstract partial class LineTurn(LockName name, LineSettings settings, Func<AttemptId> newAttempt, LineState state, TimeSpan validFor)
{
    /// <summary>The state as it becomes.</summary>
    public LineState State { get; protected set; } = state;

    /// <summary>What is to be done, in order.</summary>
    public List<LineEffect> Effects { get; } = [];

    protected LockName Name => name;

    protected LineSettings Settings => settings;

    public static LineTurn Of(LockName name, LineSettings settings, Func<AttemptId> newAttempt, LineState state, TimeSpan validFor) => name.Form == LockForm.Mutex
        ? new MutexTurn(name, settings, newAttempt, state, validFor)
        : new SharedTurn(name, settings, newAttempt, state, validFor);

    public void Handle(LineMessage message)
    {
        switch (message)
        {
            case LineMessage.Acquire m:
                OnAcquire(m);
                break;
            case LineMessage.Withdraw m:
                OnWithdraw(m);
                break;
            case LineMessage.Release m:
                OnRelease(m);
                break;
            case LineMessage.SessionOpened m:
                State = State with { Lease = m.Lease, ChangedAt = Revision.None };
                break;
            case LineMessage.SessionLost m:
                OnSessionLost(m);
                break;
            case LineMessage.Concluded m:
                OnConcluded(m);
                break;
            case LineMessage.Refused m:
                OnRefused(m);
                break;
            case LineMessage.WatchBegan m:
                OnWatchBegan(m);
                break;
            case LineMessage.Changed m:
                State = State with { ChangedAt = Later(State.ChangedAt, m.Revision) };
                OnChanged(m);
                break;
            case LineMessage.HistoryCut:
                LookSoon();
                break;
            case LineMessage.HistoryReplaced when State.Lease is { } lease:
                Effects.Add(new LineEffect.GiveUpLease(lease.Id, LossReason.HistoryReplaced));
                break;
            case LineMessage.HistoryReplaced:
                break;
            case LineMessage.InboxOpened:
                State = State with { HasInbox = true };
                LookSoon();
                break;
            case LineMessage.Given m:
                OnGiven(m);
                break;
            case LineMessage.Called m:
                OnCalled(m);
                break;
            case LineMessage.TimerFired m:
                OnTimer(m.Timer);
                break;
            default:
                throw new UnreachableException();
        }

        Advance();
    }

    /// <summary>What an operation led to. Of a look: for all entries.</summary>
    protected abstract void Conclude(Entry entry, LineMessage.Concluded m);

    /// <summary>What a look shows.</summary>
    protected abstract void OnLooked(LineOp.Look look, LineShown shown);

    /// <summary>A watch showed a change.</summary>
    protected abstract void OnChanged(LineMessage.Changed m);

    /// <summary>Gives back what an entry has.</summary>
    protected abstract void Leave(Entry entry, Tenure tenure);

    /// <summary>What becomes of an operation on a lock that is had, or a place in line, when it is refused for good; false: it is tried again as it is.</summary>
    protected virtual bool DoOtherwise(Entry entry, LineOp op, EtcdException error) => false;

    protected virtual void OnGiven(LineMessage.Given m)
    {
    }

    protected virtual void OnCalled(LineMessage.Called m)
    {
    }

    protected virtual void OnLookTimer() => LookSoon();

    private void OnAcquire(LineMessage.Acquire m)
    {
        var waiting = State.Queue.Count + State.Entries.Count(e => e.For is not null && e.Phase is not EntryPhase.Held);
        if (waiting >= settings.MaxWaiters)
        {
            Reply(m.Request, new LockReply.Failed(new CoordinationException(
                CoordinationErrorKind.LimitReached, $"{settings.MaxWaiters} requests already wait for '{name}' in this process (Locks.MaxWaiters)")));
            return;
        }

        State = State with { Queue = State.Queue.Add(new LockWaiter(m.Request, m.IsTry, m.Terms, State.Arrivals)), Arrivals = State.Arrivals + 1 };
    }

    private void OnWithdraw(LineMessage.Withdraw m)
    {
        if (State.Queue.Find(w => w.Request == m.Request) is { } queued)
        {
            State = State with { Queue = State.Queue.Remove(queued) };
            Reply(m.Request, m.Answer);
        }
        else if (State.Entries.Find(e => e.For?.Request == m.Request) is { Phase: not EntryPhase.Held } entry)
        {
            Reply(m.Request, m.Answer);
            Abandon(entry);
        }
    }

    /// <summary>Its request has gone. The place passes to another request of this process that wants the same; else it is given up, once nothing of it is under way.</summary>
    private void Abandon(Entry entry)
    {
        var next = entry.For is { IsTry: false } ? State.Queue.Find(w => !w.IsTry && w.Terms.IsLike(entry.Terms)) : null;
        if (next is not null)
        {
            State = State with { Queue = State.Queue.Remove(next) };
        }

        var left = Set(entry with { For = next });
        switch (left.Phase)
        {
            case EntryPhase.Waiting when next is null:
                Withdraw(left);
                break;
            case EntryPhase.Confirming p when next is null:
                Leave(left, p.Tenure);
                break;
        }
    }

    private void OnRelease(LineMessage.Release m)
    {
        if (State.Entries.Find(e => e.For?.Request == m.Request) is { Phase: EntryPhase.Held held } entry)
        {
            Leave(Set(entry with { For = null, Release = m.Request }), held.Tenure);
        }
        else
        {
            Reply(m.Request, new LockReply.Released());
        }
    }

    private void OnSessionLost(LineMessage.SessionLost m)
    {
        if (State.Lease?.Id == m.Lease)
        {
            State = State with { Lease = null, Look = LookState.None, HasInbox = false, Note = null, OwnWatchDue = null };
        }

        // What was put, or is still to be put, on this lease goes with it: etcd refuses puts on a lease that is gone.
        foreach (var entry in State.Entries)
        {
            if (entry.Lease == m.Lease)
            {
                Drop(entry, m.Reason);
            }
        }
    }

    private void OnConcluded(LineMessage.Concluded m)
    {
        if (m.Op is LineOp.Look look)
        {
            State = State with { Look = State.Look == LookState.Again ? LookState.Due : LookState.None, Failures = 0, LastError = null };
            OnLooked(look, m.Shown);
        }
        else if (Find(m.Op) is { } entry)
        {
            State = State with { Failures = 0, LastError = null };
            Conclude(entry, m);
        }
        else
        {
            return;
        }

        if (State.ChangedAt > m.Shown.Revision && State.Entries.Exists(e => e.Phase is EntryPhase.Waiting))
        {
            // A watch was faster: what was shown is not the last of it.
            LookSoon();
        }
    }

    private void OnRefused(LineMessage.Refused m)
    {
        if (m.Op is LineOp.Look)
        {
            State = State with { Look = LookState.Due };
            Pause(m.Error);
            return;
        }

        if (Find(m.Op) is not { } entry)
        {
            return;
        }

        if (m.Error.Kind == CoordinationErrorKind.LeaseNotFound)
        {
            Effects.Add(new LineEffect.VerifyLease(entry.Lease));
        }

        if (m.Op is LineOp.Enter enter)
        {
            EnterRefused(entry, enter, m.Error);
        }
        else if (m.Error.IsTransient || !DoOtherwise(entry, m.Op, m.Error))
        {
            if (IsForGood(m.Error) && entry.Release is { } request)
            {
                // It goes with its lease. Until then it is tried again, but nobody is to wait for that.
                Reply(request, new LockReply.Failed(m.Error));
                entry = entry with { Release = null };
            }

            Set(entry with { Phase = new EntryPhase.Stalled(m.Op) });
            Pause(m.Error);
        }
    }

    protected static bool IsForGood(EtcdException error) => !error.IsTransient && error.Kind != CoordinationErrorKind.LeaseNotFound;

    private void EnterRefused(Entry entry, LineOp.Enter op, EtcdException error)
    {
        Remove(entry);
        Requeue(entry.For);
        if (error.Kind == CoordinationErrorKind.PermissionDenied && op is { InTurn: true, Terms.Mode: LockMode.Alone })
        {
            // Without permission for the line the lock itself may still work: then by chance.
            State = State with { IsLineClosed = true };
            Effects.Add(new LineEffect.NoteLineClosed(error));
            return;
        }

        // Time does not heal these, or those who wait should decide for themselves: etcd out of space.
        var isForAll = error.Kind == CoordinationErrorKind.NoSpace || (IsForGood(error) && error.Kind != CoordinationErrorKind.Stopped);
        foreach (var waiter in State.Queue)
        {
            if (waiter.IsTry || isForAll)
            {
                State = State with { Queue = State.Queue.Remove(waiter) };
                Reply(waiter.Request, new LockReply.Failed(error));
            }
        }

        Pause(error);
    }

    /// <summary>What was before the watch is to be seen now.</summary>
    private void OnWatchBegan(LineMessage.WatchBegan m)
    {
        if (!State.Watches.ContainsKey(m.Keys))
        {
            return;
        }

        State = State with { Watches = State.Watches.SetItem(m.Keys, m.Revision) };
        if (State.Entries.Exists(e => e.SeenAt < m.Revision && e.Phase is EntryPhase.Waiting or EntryPhase.Held))
        {
            LookSoon();
        }
    }

    private void OnTimer(LineTimer timer)
    {
        switch (timer)
        {
            case LineTimer.Retry:
                State = State with { IsPausing = false };
                foreach (var entry in State.Entries)
                {
                    if (entry.Phase is EntryPhase.Stalled stalled)
                    {
                        Do(entry, stalled.Op);
                    }
                }

                break;
            case LineTimer.Look:
                State = State with { TimedLook = null };
                OnLookTimer();
                break;
            case LineTimer.Confirm:
                foreach (var entry in State.Entries)
                {
                    if (entry.Phase is EntryPhase.Confirming confirming)
                    {
                        Own(entry, confirming.Tenure);
                    }
                }

                break;
            case LineTimer.OwnWatch:
                OnOwnWatchTimer();
                break;
        }
    }

    private void OnOwnWatchTimer()
    {
        var due = State.OwnWatchDue;
        State = State with { OwnWatchDue = null };
        Revision? youngest = null;
        foreach (var entry in State.Entries)
        {
            if (entry.Phase is EntryPhase.Held held)
            {
                youngest = youngest > held.Tenure.Token ? youngest : held.Tenure.Token;
                State = held.Tenure.Token <= due ? State with { WatchesOwn = true } : State;
            }
        }

        if (youngest is { } token && !State.WatchesOwn)
        {
            WatchOwnLater(token);
        }
    }
}
