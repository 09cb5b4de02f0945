using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>
/// The rules of one lock key in one system, pure. Its parts: this file is the dialogue with those who want the lock; LockMachine.Etcd.cs is the
/// dialogue with etcd about the key, LockMachine.Line.cs about the line of those who wait, LockMachine.HandOver.cs about giving the lock on;
/// LockMachine.Moves.cs holds the moves that several make.
/// <para>
/// Safety rests on etcd alone: one transaction puts the key if it is not there. The machine adds that a grant needs a good lease, that an attempt
/// with an unknown outcome is never repeated but looked for, that a release can only delete its own acquisition, and that a key of ours that nobody
/// wants any more is removed.
/// </para>
/// </summary>
internal sealed partial class LockMachine(LockSettings settings, Func<AttemptId> newAttempt)
{
    public LockStep Handle(LockState state, LockMessage message) => message switch
    {
        LockMessage.Acquire m => OnAcquire(state, m),
        LockMessage.Withdraw m => OnWithdraw(state, m),
        LockMessage.Release m => OnRelease(state, m),
        LockMessage.Recover => Recover(state),
        LockMessage.SessionOpened m => OnSessionOpened(state, m),
        LockMessage.SessionLost m => OnSessionLost(state, m),
        LockMessage.InboxOpened m => state.Lease?.Id == m.Lease ? state with { HasInbox = true } : state,
        LockMessage.InboxClosed => state with { HasInbox = false },
        LockMessage.AttemptWon m => OnAttemptWon(state, m),
        LockMessage.AttemptMet m => OnAttemptMet(state, m),
        LockMessage.AttemptBarred m => OnAttemptBarred(state, m),
        LockMessage.AttemptFailed m => OnAttemptFailed(state, m),
        LockMessage.ReleaseDone m => OnReleaseDone(state, m),
        LockMessage.ReleaseFailed m => OnReleaseFailed(state, m),
        LockMessage.HandedOver m => OnHandedOver(state, m),
        LockMessage.NextShown m => OnNextShown(state, m),
        LockMessage.Followed m => OnFollowed(state, m),
        LockMessage.Called m => OnCalled(state, m),
        LockMessage.PassedOn m => OnPassedOn(state, m),
        LockMessage.PassFailed m => OnPassFailed(state, m),
        LockMessage.LineShown m => OnLineShown(state, m),
        LockMessage.LineFailed m => OnLineFailed(state, m),
        LockMessage.AheadWatched m => OnAheadWatched(state, m),
        LockMessage.AheadGone m => OnAheadGone(state, m),
        LockMessage.LineLeft m => OnLineLeft(state, m),
        LockMessage.LeaveFailed m => OnLeaveFailed(state, m),
        LockMessage.KeyRead m => OnKeyRead(state, m),
        LockMessage.HistoryReplaced => OnHistoryReplaced(state),
        LockMessage.ReadFailed m => OnReadFailed(state, m),
        LockMessage.KeyPut m => OnKeyPut(state, m),
        LockMessage.KeyDeleted m => OnKeyDeleted(state, m),
        LockMessage.WatchStarted => OnWatchStarted(state),
        LockMessage.TimerFired m => OnTimer(state, m),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private LockStep OnAcquire(LockState state, LockMessage.Acquire m)
    {
        if (state.Waiters.Count >= settings.MaxWaiters)
        {
            return new LockStep(state, [new LockEffect.Reply(m.Request, new LockReply.Failed(new CoordinationException(
                CoordinationErrorKind.LimitReached, $"{settings.MaxWaiters} requests already wait for this lock in this process (MaxWaiters)")))]);
        }

        if (m.IsTry && state.Phase is LockPhase.Blocked or LockPhase.Holding)
        {
            return new LockStep(state, [new LockEffect.Reply(m.Request, new LockReply.NotAcquired(state.Holder))]);
        }

        var queued = state with { Waiters = state.Waiters.Add(new LockWaiter(m.Request, m.IsTry, m.IsFair)) };
        return queued.Phase switch
        {
            LockPhase.Idle when JustGiven(queued, m) is { } given => StandBehind(queued, given),
            LockPhase.Idle => Advance(queued),
            LockPhase.Blocked => StandInLine(queued),
            _ => queued,
        };
    }

    private LockStep OnWithdraw(LockState state, LockMessage.Withdraw m)
    {
        var waiter = state.Waiters.Find(w => w.Request == m.Request);
        if (waiter is null)
        {
            return state;
        }

        var left = state with { Waiters = state.Waiters.Remove(waiter) };
        if (left is { JoinsLine: false, Ticket: null })
        {
            // The place was earned by those who are gone.
            left = left with { Place = null, IsPlaceKept = false };
        }

        var step = new LockStep(left, [new LockEffect.Reply(m.Request, m.Answer)]);
        return left.Waiters.IsEmpty && left.Phase is LockPhase.Blocked ? step.Then(Advance) : step;
    }

    /// <summary>
    /// What the earlier life has put or may still put lives on the lease that there is now: its tickets are taken out, and as long as the lease lives the key
    /// is watched for the rest.
    /// </summary>
    private static LockStep Recover(LockState state) => state.Lease is { } lease
        ? Look(state with { IsRecovering = true, Unresolved = state.Unresolved.Add(AttemptId.OfEarlierLife, new UnknownOutcome(lease.Id, null)) })
        : state;

    private LockStep OnSessionOpened(LockState state, LockMessage.SessionOpened m)
    {
        var opened = state with { Lease = m.Lease };
        return opened.Phase switch
        {
            LockPhase.Idle => Advance(opened),
            LockPhase.Blocked => StandInLine(opened),
            _ => opened,
        };
    }

    private LockStep OnSessionLost(LockState state, LockMessage.SessionLost m)
    {
        // What was put or is still to be put on this lease goes with it: etcd refuses puts on a lease that is gone. The place in line is kept.
        LockStep step = state with
        {
            IsRecovering = false,
            HasInbox = state.HasInbox && state.Lease?.Id != m.Lease,
            Given = null,
            IsPlaceKept = state.Place is not null,
            Lease = state.Lease?.Id == m.Lease ? null : state.Lease,
            Unresolved = state.Unresolved.RemoveRange(state.Unresolved.Where(u => u.Value.Lease == m.Lease).Select(u => u.Key)),
        };
        if (state.Ticket?.Lease == m.Lease)
        {
            step = step.Then(DropTicket);
        }

        return state.Phase switch
        {
            LockPhase.Attempting p when p.Lease == m.Lease => step.Then(Advance),
            LockPhase.Confirming p when p.Tenure.Lease == m.Lease => step.Then(Advance),
            LockPhase.Holding p when p.Tenure.Lease == m.Lease =>
                step.Do(new LockEffect.Lose(p.Request, m.Reason)).Do(new LockEffect.CancelTimer(LockTimer.OwnKeyWatch)).Then(Advance),
            LockPhase.Releasing p when p.Tenure.Lease == m.Lease => step.Then(s => Released(s, p.Request)).Then(Advance),
            LockPhase.HandingOver p when p.Tenure.Lease == m.Lease => step.Then(s => Released(s, p.Request)).Then(Advance),
            LockPhase.PassingOn p when p.Tenure.Lease == m.Lease => step.Then(s => Released(s, p.Request)).Then(Advance),
            LockPhase.Leaving when step.State.Ticket is null => step.Then(Advance),
            LockPhase.Idle => step.Then(Advance),
            _ => step,
        };
    }

    private LockStep OnTimer(LockState state, LockMessage.TimerFired m) => (m.Timer, state.Phase) switch
    {
        (LockTimer.Retry, LockPhase.BackingOff) => Advance(state),
        (LockTimer.Retry, LockPhase.Releasing p) => new LockStep(state, [new LockEffect.SendRelease(p.Tenure.Token)]),
        (LockTimer.Retry, LockPhase.Leaving) when state.Ticket is { IsPending: false } => new LockStep(state, [new LockEffect.SendLeave(state.Ticket!)]),

        // In case something was missed: the attempt looks at the key, and after it the line is read again.
        (LockTimer.Fallback, LockPhase.Blocked { IsFree: false }) => Advance(state with { Ticket = state.Ticket is { IsPending: false } t ? t with { IsLineKnown = false } : state.Ticket }),
        (LockTimer.DeadHead, LockPhase.Blocked { IsFree: true }) => Attempt(state, inTurn: false),
        (LockTimer.Line, LockPhase.Blocked) => StandInLine(state),
        (LockTimer.Look, LockPhase.Blocked or LockPhase.Holding) when state.Watch == KeyWatchState.On => new LockStep(state, [new LockEffect.SendRead()]),
        (LockTimer.KeyWatch, LockPhase.Blocked) => EnsureWatch(state, Revision.None),
        (LockTimer.Sweep, _) => Sweep(state),
        (LockTimer.WatchAhead, _) => WatchAhead(state),
        (LockTimer.Confirm, LockPhase.Confirming p) => Own(state, p.Tenure, m.ValidFor),
        (LockTimer.OwnKeyWatch, LockPhase.Holding p) => EnsureWatch(state, p.Tenure.Token.Next),
        _ => state,
    };
}
