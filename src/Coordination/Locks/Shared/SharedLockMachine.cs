using System.Collections.Immutable;

namespace Coordination.Locks.Shared;

/// <summary>
/// The rules of one reader-writer lock or semaphore in one system, pure. Everybody who wants in puts one entry in the line; <see cref="SharedAdmission"/>
/// says who is in. The machine adds that nobody is let in but by a reply of etcd that shows the entry on a good lease and everything before it at one
/// revision, that an entry whose put has an unknown outcome is looked for and not put again, and that an entry that nobody wants is removed.
/// <para>
/// One entry is put at a time, so that the requests of this process line up in their order. Watches only say when it is time to look again.
/// </para>
/// </summary>
internal sealed class SharedLockMachine(SharedLockName name, SharedLockSettings settings, Func<AttemptId> newAttempt)
{
    public (SharedLockState State, ImmutableArray<SharedLockEffect> Effects) Handle(SharedLockState state, SharedLockMessage message)
    {
        var turn = new SharedLockTurn(name, settings, newAttempt, state);
        Handle(turn, message);
        turn.Advance();
        return (turn.State, [.. turn.Effects]);
    }

    private static void Handle(SharedLockTurn turn, SharedLockMessage message)
    {
        switch (message)
        {
            case SharedLockMessage.Acquire m:
                turn.OnAcquire(m);
                break;
            case SharedLockMessage.Withdraw m:
                turn.OnWithdraw(m);
                break;
            case SharedLockMessage.Release m:
                turn.OnRelease(m);
                break;
            case SharedLockMessage.Recover:
                turn.Look();
                break;
            case SharedLockMessage.SessionOpened m:
                turn.OnSessionOpened(m);
                break;
            case SharedLockMessage.SessionLost m:
                turn.OnSessionLost(m);
                break;
            case SharedLockMessage.Entered m:
                turn.OnEntered(m);
                break;
            case SharedLockMessage.NotEntered m:
                turn.OnNotEntered(m);
                break;
            case SharedLockMessage.EnterFailed m:
                turn.OnEnterFailed(m);
                break;
            case SharedLockMessage.Left m:
                turn.OnLeft(m);
                break;
            case SharedLockMessage.LeaveFailed m:
                turn.OnLeaveFailed(m);
                break;
            case SharedLockMessage.LineRead m:
                turn.OnLineRead(m);
                break;
            case SharedLockMessage.ReadFailed m:
                turn.OnReadFailed(m);
                break;
            case SharedLockMessage.EntryPut m:
                turn.OnEntryPut(m);
                break;
            case SharedLockMessage.EntryDeleted m:
                turn.OnEntryDeleted(m);
                break;
            case SharedLockMessage.WatchBegan m:
                turn.OnWatchBegan(m);
                break;
            case SharedLockMessage.HistoryCut:
                turn.Look();
                break;
            case SharedLockMessage.TimerFired m:
                turn.OnTimer(m.Timer);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
