using Coordination.Diagnostics;
using Coordination.Leases;
using Coordination.Supervision;

namespace Coordination.Locks.Line;

/// <summary>The parent of all LockActors, and of the inbox on the session's lease through which other systems tell when a lock is ours.</summary>
internal sealed class LocksActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly KeyedChildren<LockName, LocksCommand.ForLock> _locks;
    private readonly DelayLine<LockName> _reminders;
    private SessionEvent.Opened? _open;
    private IActorRef? _inbox;
    private bool _isInboxOpen;

    public LocksActor(CoordinationContext context)
    {
        _context = context;
        _locks = new KeyedChildren<LockName, LocksCommand.ForLock>(
            this,
            context.Clock,
            context.Random,
            context.Options.Locks.IdleTimeout,
            new LocksCommand.EndIfIdle(),
            name => Context.Watch(Context.ActorOf(LockActor.PropsFor(context, name, _open, _isInboxOpen))),
            OnFailed);
        _reminders = new DelayLine<LockName>(this, context.Clock, context.Options.Locks.OwnKeyWatchDelay, new ReminderDue());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new LocksActor(context));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _context.Log.ActorFailed(error, "child of the LocksActor");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LocksCommand.ForLock m:
                Pass(m);
                break;
            case SessionEvent m:
                _open = m as SessionEvent.Opened;
                CloseInbox();
                _locks.TellAll(m);
                break;
            case LocksCommand.Idle m:
                _locks.OnIdle(m.Lock, Sender);
                break;
            case IdleDue:
                _locks.OnIdleDue();
                break;
            case LocksCommand.RemindHolder m:
                _reminders.Add(m.Lock);
                break;
            case ReminderDue:
                foreach (var name in _reminders.Take())
                {
                    _locks.Tell(name, new LineMessage.TimerFired(LineTimer.OwnWatch));
                }

                break;
            case LocksCommand.StillBusy m:
                _locks.Keep(m.Lock, Sender);
                break;
            case LocksCommand.WantInbox when _inbox is null && _open is not null && !_locks.IsClosing:
                _inbox = Context.ActorOf(InboxActor.PropsFor(_context, _open.Lease.Id));
                Context.Watch(_inbox);
                break;
            case LocksCommand.InboxOpened when Sender.Equals(_inbox):
                _isInboxOpen = true;
                _locks.TellAll(new LineMessage.InboxOpened());
                break;
            case LocksCommand.HistoryReplaced when Sender.Equals(_inbox):
                _locks.TellAll(new LineMessage.HistoryReplaced());
                break;
            case LocksCommand.Noted m when Sender.Equals(_inbox):
                _locks.Tell(new LockName(LockForm.Mutex, m.Key.ToText()), m.Message);
                break;
            case LocksCommand.Close:
                // What lives on the session's lease goes with it; a lock with a lease of its own revokes it first.
                _locks.Close(new LocksCommand.Close());
                EndIfClosed();
                break;
            case LocksCommand:
                break;
            case LeaseMessage m:
                Context.Parent.Tell(m);
                break;
            case SuccessorDue<LockName> m:
                _locks.OnSuccessorDue(m.Key);
                break;
            case Terminated m when m.ActorRef.Equals(_inbox):
                CloseInbox();
                break;
            case Terminated m:
                _locks.OnTerminated(m.ActorRef);
                EndIfClosed();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Pass(LocksCommand.ForLock request)
    {
        var options = _context.Options.Locks;
        var isNew = !_locks.Contains(request.Lock);
        switch (request)
        {
            // Nobody holds what has no actor.
            case LocksCommand.Release when isNew:
                Sender.Tell(new LockReply.Released());
                break;
            case LocksCommand.Cancel when isNew:
                break;
            case LocksCommand.Acquire when isNew && _locks.IsClosing:
                Sender.Tell(request.Refusal(Refusals.Stopping()));
                break;
            case LocksCommand.Acquire when isNew && _locks.Count >= options.MaxLocks:
                Sender.Tell(request.Refusal(Refusals.TooManyLocks(request.Lock, options.MaxLocks)));
                break;
            case LocksCommand.Acquire when !_locks.HasRoom(request.Lock, options.MaxWaiters):
                Sender.Tell(request.Refusal(Refusals.TooManyWaiters(request.Lock, options.MaxWaiters)));
                break;
            default:
                _locks.Pass(request.Lock, request, Sender);
                break;
        }
    }

    /// <summary>Nobody knows any more what a failed one has in etcd, or has on its way there. With the session goes all of it; a lease of its own went with it.</summary>
    private void OnFailed(LockName name)
    {
        if (name.OwnTtl is null && _open is { } open)
        {
            Context.Parent.Tell(new LeaseMessage.GiveUp(open.Lease.Id, default, LossReason.Aborted));
        }
    }

    private void EndIfClosed()
    {
        if (_locks is { IsClosing: true, Count: 0 })
        {
            Context.Stop(Self);
        }
    }

    private void CloseInbox()
    {
        _isInboxOpen = false;
        if (_inbox is { } inbox)
        {
            Context.Unwatch(inbox);
            Context.Stop(inbox);
            _inbox = null;
        }
    }

    private sealed record ReminderDue;
}
