namespace Coordination.Locks;

/// <summary>
/// The rules of one lock key in one system, pure. Its parts: this file is the dialogue with those who want the lock; LockMachine.Etcd.cs is the
/// dialogue with etcd; LockMachine.Moves.cs holds the moves that both make.
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
        LockMessage.Recover => state.Phase is LockPhase.Idle ? Look(state) : state,
        LockMessage.SessionOpened m => OnSessionOpened(state, m),
        LockMessage.SessionLost m => OnSessionLost(state, m),
        LockMessage.AttemptWon m => OnAttemptWon(state, m),
        LockMessage.AttemptMet m => OnAttemptMet(state, m),
        LockMessage.AttemptFailed m => OnAttemptFailed(state, m),
        LockMessage.ReleaseDone m => OnReleaseDone(state, m),
        LockMessage.ReleaseFailed m => OnReleaseFailed(state, m),
        LockMessage.KeyRead m => OnKeyRead(state, m),
        LockMessage.ReadFailed m => state.Phase is LockPhase.Looking ? FailTries(state, m.Error).Then(s => BackOff(s, m.Error)) : state,
        LockMessage.KeyPut m => OnKeyPut(state, m),
        LockMessage.KeyDeleted m => OnKeyDeleted(state, m),
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

        if (m.IsTry && state.Phase is (LockPhase.Blocked or LockPhase.Holding))
        {
            return new LockStep(state, [new LockEffect.Reply(m.Request, new LockReply.NotAcquired(state.Holder))]);
        }

        var queued = state with { Waiters = state.Waiters.Add(new LockWaiter(m.Request, m.IsTry)) };
        return queued.Phase is LockPhase.Idle ? Advance(queued) : queued;
    }

    private LockStep OnWithdraw(LockState state, LockMessage.Withdraw m)
    {
        var waiter = state.Waiters.Find(w => w.Request == m.Request);
        if (waiter is null)
        {
            return state;
        }

        var left = state with { Waiters = state.Waiters.Remove(waiter) };
        var step = new LockStep(left, [new LockEffect.Reply(m.Request, m.Answer)]);
        return left.Waiters.IsEmpty && left.Phase is LockPhase.Blocked ? step.Then(Advance) : step;
    }

    private static LockStep OnRelease(LockState state, LockMessage.Release m) =>
        state.Phase is LockPhase.Holding holding && holding.Request == m.Request
            ? SendRelease(state, m.Request, holding.Token, holding.Lease).Do(new LockEffect.CancelTimer(LockTimer.OwnKeyWatch))
            : new LockStep(state, [new LockEffect.Reply(m.Request, new LockReply.Released())]);

    private LockStep OnSessionOpened(LockState state, LockMessage.SessionOpened m)
    {
        var opened = state with { Lease = m.Lease };
        return opened.Phase is LockPhase.Idle ? Advance(opened) : opened;
    }

    private LockStep OnSessionLost(LockState state, LockMessage.SessionLost m)
    {
        // What was put or is still to be put on this lease goes with it: etcd refuses puts on a lease that is gone.
        var without = state with
        {
            Lease = state.Lease?.Id == m.Lease ? null : state.Lease,
            Unresolved = state.Unresolved.RemoveRange(state.Unresolved.Where(u => u.Value == m.Lease).Select(u => u.Key)),
        };
        return without.Phase switch
        {
            LockPhase.Attempting p when p.Lease == m.Lease => Advance(without),
            LockPhase.Confirming p when p.Lease == m.Lease => Advance(without),
            LockPhase.Holding p when p.Lease == m.Lease =>
                new LockStep(without, [new LockEffect.Lose(p.Request, m.Reason), new LockEffect.CancelTimer(LockTimer.OwnKeyWatch)]).Then(Advance),
            LockPhase.Releasing p when p.Lease == m.Lease => Released(without, p).Then(Advance),
            LockPhase.Idle => Advance(without),
            _ => without,
        };
    }

    private LockStep OnTimer(LockState state, LockMessage.TimerFired m) => (m.Timer, state.Phase) switch
    {
        (LockTimer.Retry, LockPhase.BackingOff) => Advance(state),
        (LockTimer.Retry, LockPhase.Releasing p) => new LockStep(state, [new LockEffect.SendRelease(p.Token)]),
        (LockTimer.Fallback, LockPhase.Blocked) => Advance(state),
        (LockTimer.Confirm, LockPhase.Confirming p) => Own(state, p.Token, p.Lease, m.ValidFor),
        (LockTimer.OwnKeyWatch, LockPhase.Holding p) => EnsureWatch(state, p.Token.Next),
        _ => state,
    };
}
