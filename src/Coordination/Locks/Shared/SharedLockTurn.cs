using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>
/// One message's way through <see cref="SharedLockMachine"/>: the state as it becomes, and what is to be done. This file is the dialogue with those who
/// want in; SharedLockTurn.Etcd.cs is the dialogue with etcd, SharedLockTurn.Entries.cs holds what happens to an entry, SharedLockTurn.Advance.cs
/// begins what is to be done next.
/// </summary>
internal sealed partial class SharedLockTurn(SharedLockName name, SharedLockSettings settings, Func<AttemptId> newAttempt, SharedLockState state)
{
    public SharedLockState State { get; private set; } = state;

    public List<SharedLockEffect> Effects { get; } = [];

    private IEnumerable<SharedEntry> Waiting => State.Entries.Where(e => e.Phase is EntryPhase.Waiting);

    public void OnAcquire(SharedLockMessage.Acquire m)
    {
        var waiters = State.Queue.Count + State.Entries.Count(e => e.Request is not null && e.Phase is not EntryPhase.Held);
        if (waiters >= settings.MaxWaiters)
        {
            Reply(m.Request, new SharedLockReply.Failed(new CoordinationException(
                CoordinationErrorKind.LimitReached,
                $"{settings.MaxWaiters} requests already wait for '{name}' in this process (Locks.MaxWaiters)")));
            return;
        }

        var request = new SharedRequest(m.Request, m.Ask, m.IsTry, State.Arrivals);
        State = State with { Queue = State.Queue.Add(request), Arrivals = State.Arrivals + 1 };
    }

    public void OnWithdraw(SharedLockMessage.Withdraw m)
    {
        if (State.Queue.Find(r => r.Id == m.Request) is { } queued)
        {
            State = State with { Queue = State.Queue.Remove(queued) };
            Reply(m.Request, m.Answer);
        }
        else if (State.Entries.Find(e => e.Request?.Id == m.Request) is { Phase: EntryPhase.Waiting or EntryPhase.Entering } entry)
        {
            Reply(m.Request, m.Answer);
            Abandon(entry);
        }
    }

    public void OnRelease(SharedLockMessage.Release m)
    {
        if (State.Entries.Find(e => e.Request?.Id == m.Request) is { Phase: EntryPhase.Held } entry)
        {
            Leave(entry, m.Request);
        }
        else
        {
            Reply(m.Request, new SharedLockReply.Released());
        }
    }

    public void OnSessionOpened(SharedLockMessage.SessionOpened m) => State = State with { Lease = m.Lease, IsGivingUp = false };

    public void OnSessionLost(SharedLockMessage.SessionLost m)
    {
        if (State.Lease?.Id == m.Lease)
        {
            State = State with { Lease = null, IsGivingUp = false, WantsRead = false };
        }

        // What was put or is still to be put on this lease goes with it: etcd refuses puts on a lease that is gone.
        foreach (var entry in State.Entries.Where(e => e.Lease == m.Lease))
        {
            End(entry, m.Reason);
        }
    }

    public void OnTimer(SharedLockTimer timer)
    {
        State = State with { Timers = State.Timers.Remove(timer) };
        switch (timer)
        {
            case SharedLockTimer.Retry:
                State = State with { IsBackingOff = false };
                break;
            case SharedLockTimer.RetryLeave:
                foreach (var entry in State.Entries)
                {
                    if (entry.Phase is EntryPhase.Leaving { IsSent: false } p)
                    {
                        SendLeave(entry, p);
                    }
                }

                break;
            case SharedLockTimer.Fallback or SharedLockTimer.Confirm:
                Look();
                break;
            case SharedLockTimer.OwnWatch:
                State = State with { WatchesOwn = State.Entries.Any(e => e.Phase is EntryPhase.Held) };
                break;
        }
    }

    /// <summary>The line is to be read. Without a lease there is nothing of ours in it.</summary>
    public void Look() => State = State with { WantsRead = State.Lease is not null };

    private void Reply(LockRequestId request, SharedLockReply answer) => Effects.Add(new SharedLockEffect.Reply(request, answer));

    private void SetTimer(SharedLockTimer timer, int failures = 0)
    {
        State = State with { Timers = State.Timers.Add(timer) };
        Effects.Add(new SharedLockEffect.SetTimer(timer, failures));
    }

    private void CancelTimer(SharedLockTimer timer)
    {
        if (State.Timers.Contains(timer))
        {
            State = State with { Timers = State.Timers.Remove(timer) };
            Effects.Add(new SharedLockEffect.CancelTimer(timer));
        }
    }

    private void BackOff(EtcdException? error)
    {
        State = State with { IsBackingOff = true, Failures = State.Failures + 1, LastError = error ?? State.LastError };
        SetTimer(SharedLockTimer.Retry, State.Failures);
    }
}
