using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <content>The moves that several messages lead to, and what is begun after each of them.</content>
internal abstract partial class LineTurn
{
    /// <summary>Whether another request may get an entry.</summary>
    protected abstract bool CanEnter { get; }

    /// <summary>Whether a request here would certainly find somebody in the way.</summary>
    protected abstract bool IsInTheWay(LockWaiter waiter);

    /// <summary>The look that is due; null when there is nothing to look at.</summary>
    protected abstract LineOp.Look? NextLook(LeaseId lease);

    /// <summary>What is to be watched.</summary>
    protected abstract void WantWatches(Action<KeyRange> want);

    protected static Revision Later(Revision a, Revision b) => a > b ? a : b;

    protected Entry Set(Entry entry)
    {
        State = State with { Entries = State.Entries.SetItem(IndexOf(entry.Attempt), entry) };
        return entry;
    }

    protected void Remove(Entry entry)
    {
        if (IndexOf(entry.Attempt) is var index and >= 0)
        {
            State = State with { Entries = State.Entries.RemoveAt(index) };
        }
    }

    protected void Do(Entry entry, LineOp op)
    {
        Set(entry with { Phase = new EntryPhase.Doing(op) });
        Effects.Add(new LineEffect.Submit(op));
    }

    protected void Reply(LockRequestId request, LockReply answer) => Effects.Add(new LineEffect.Reply(request, answer));

    protected LineOp.Enter EnterOp(AttemptId attempt, LeaseId lease, LockWaiter waiter) =>
        new(attempt, lease, waiter.Terms, waiter.IsTry, InTurn: waiter.Terms.IsFair && !State.IsLineClosed);

    /// <summary>Gets out of the line.</summary>
    protected void Withdraw(Entry entry)
    {
        if (entry.Placed == Revision.None)
        {
            Remove(entry);
        }
        else
        {
            Do(entry, new LineOp.Withdraw(entry.Attempt, entry.Lease, entry.Terms, entry.Placed, entry.Created));
        }
    }

    /// <summary>An entry has the lock: it is granted to its request, or given back when nobody wants it.</summary>
    protected void Own(Entry entry, Tenure tenure)
    {
        var waiter = entry.For;
        if (waiter is null && State.Queue.Find(w => w.Terms.IsLike(entry.Terms)) is { } queued)
        {
            waiter = queued;
            State = State with { Queue = State.Queue.Remove(queued) };
        }

        var owning = Set(entry with { For = waiter, SeenAt = Later(entry.SeenAt, tenure.Token) });
        if (waiter is null)
        {
            Leave(owning, tenure);
        }
        else if (validFor < State.Lease!.Ttl / 2)
        {
            Set(owning with { Phase = new EntryPhase.Confirming(tenure) });
            Effects.Add(new LineEffect.VerifyLease(entry.Lease));
            Effects.Add(new LineEffect.SetTimer(LineTimer.Confirm));
        }
        else
        {
            Set(owning with { Phase = new EntryPhase.Held(tenure) });
            State = State with { Holder = null };
            Effects.Add(new LineEffect.Grant(waiter.Request, entry.Attempt, waiter.Terms, tenure, entry.Lease));
            if (!State.WatchesOwn && State.OwnWatchDue is null)
            {
                WatchOwnLater(tenure.Token);
            }
        }
    }

    /// <summary>The release of an entry is done.</summary>
    protected void Left(Entry entry)
    {
        Remove(entry);
        if (entry.Release is { } request)
        {
            Reply(request, new LockReply.Released());
        }
    }

    /// <summary>An entry is gone, and not by our doing: its holder has lost the lock, its waiter lines up again, its release is done.</summary>
    protected void Drop(Entry entry, LossReason reason)
    {
        Left(entry);
        if (entry.Phase is EntryPhase.Held)
        {
            Effects.Add(new LineEffect.Lose(entry.For!.Request, reason));
        }
        else
        {
            Requeue(entry.For);
        }
    }

    protected void Requeue(LockWaiter? waiter)
    {
        if (waiter is not null)
        {
            var index = State.Queue.FindIndex(w => w.Arrival > waiter.Arrival);
            State = State with { Queue = State.Queue.Insert(index < 0 ? State.Queue.Count : index, waiter) };
        }
    }

    /// <summary>The answer to a request that does not wait (any more).</summary>
    protected void NotAcquired(Entry entry)
    {
        if (entry.For is { } waiter)
        {
            Reply(waiter.Request, new LockReply.NotAcquired(State.Holder));
        }
    }

    protected void Pause(EtcdException? error)
    {
        State = State with { IsPausing = true, Failures = State.Failures + 1, LastError = error ?? State.LastError };
        Effects.Add(new LineEffect.SetTimer(LineTimer.Retry, State.Failures));
    }

    protected void LookSoon() => State = State with
    {
        Look = State.Look is LookState.None or LookState.Due ? LookState.Due : LookState.Again,
    };

    /// <summary>
    /// A look later, if nothing happens. The first look of a wait that is told leaves a timer of its own kind alone: a quick line does not set one for each turn.
    /// Any other timer it replaces, also one that an earlier wait left and that is due much later.
    /// </summary>
    protected void LookLater(LookDelay delay)
    {
        if (delay != LookDelay.Watch || State.TimedLook != LookDelay.Watch)
        {
            State = State with { TimedLook = delay };
            Effects.Add(new LineEffect.SetLookTimer(delay));
        }
    }

    private void WatchOwnLater(Revision token)
    {
        State = State with { OwnWatchDue = token };
        Effects.Add(new LineEffect.SetTimer(LineTimer.OwnWatch));
    }

    private Entry? Find(LineOp op) =>
        IndexOf(op.Attempt) is var index and >= 0 && State.Entries[index] is { Phase: EntryPhase.Doing doing } entry && ReferenceEquals(doing.Op, op) ? entry : null;

    // By hand: each message of each lock comes through here.
    private int IndexOf(AttemptId attempt)
    {
        for (var i = 0; i < State.Entries.Count; i++)
        {
            if (State.Entries[i].Attempt == attempt)
            {
                return i;
            }
        }

        return -1;
    }

    private void Advance()
    {
        AnswerTries();
        Enter();
        if (State.Look == LookState.Due && State.Lease is { } lease && !State.IsPausing)
        {
            var look = NextLook(lease.Id);
            State = State with { Look = look is null ? LookState.None : LookState.UnderWay };
            if (look is not null)
            {
                Effects.Add(new LineEffect.Submit(look));
            }
        }

        if (State.WatchesOwn && !State.Entries.Exists(e => e.Phase is EntryPhase.Held))
        {
            State = State with { WatchesOwn = false };
        }

        Watch();
    }

    private void AnswerTries()
    {
        foreach (var waiter in State.Queue)
        {
            if (waiter.IsTry && IsInTheWay(waiter))
            {
                State = State with { Queue = State.Queue.Remove(waiter) };
                Reply(waiter.Request, new LockReply.NotAcquired(State.Holder));
            }
        }
    }

    private void Enter()
    {
        if (State.Lease is not { } lease || State.Queue.IsEmpty || State.IsPausing || !CanEnter)
        {
            return;
        }

        var waiter = State.Queue[0];
        var op = EnterOp(newAttempt(), lease.Id, waiter);
        var entry = new Entry(op.Attempt, lease.Id, waiter.Terms, waiter, new EntryPhase.Doing(op));
        State = State with { Queue = State.Queue.RemoveAt(0), Entries = State.Entries.Add(entry) };
        Effects.Add(new LineEffect.Submit(op));
    }

    private void Watch()
    {
        HashSet<KeyRange>? wanted = null;
        WantWatches(keys => (wanted ??= []).Add(keys));
        if (wanted is null && State.Watches.IsEmpty)
        {
            return;
        }

        foreach (var keys in State.Watches.Keys)
        {
            if (wanted?.Contains(keys) != true)
            {
                State = State with { Watches = State.Watches.Remove(keys) };
                Effects.Add(new LineEffect.StopWatch(keys));
            }
        }

        foreach (var keys in wanted ?? [])
        {
            if (!State.Watches.ContainsKey(keys))
            {
                State = State with { Watches = State.Watches.Add(keys, Revision.None) };
                Effects.Add(new LineEffect.StartWatch(keys));
            }
        }
    }
}
