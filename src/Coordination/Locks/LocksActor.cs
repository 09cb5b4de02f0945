using Coordination.Diagnostics;
using Coordination.Leases;

namespace Coordination.Locks;

/// <summary>The parent of all LockActors, and of the inbox on the session's lease through which other systems tell when a lock is ours.</summary>
internal sealed class LocksActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly KeyedChildren<LockId, LocksCommand.ForKey> _locks;
    private LeaseValidity? _lease;
    private IActorRef? _inbox;
    private bool _isInboxOpen;

    public LocksActor(CoordinationContext context)
    {
        _context = context;
        _locks = new KeyedChildren<LockId, LocksCommand.ForKey>(this, Start);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new LocksActor(context));

    // Its callers have been answered by PostStop; what it left in etcd is for its successor to remove.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _context.Log.ActorFailed(error, "LockActor");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LocksCommand.ForKey m:
                Pass(m);
                break;
            case SessionEvent.Opened m:
                _lease = m.Lease;
                CloseInbox();
                _locks.TellAll(m);
                break;
            case SessionEvent.Lost m:
                _lease = null;
                CloseInbox();
                _locks.TellAll(m);
                break;
            case LocksCommand.Passivate m:
                _locks.LetEnd(m.Lock, Sender, new LocksCommand.EndIfIdle());
                break;
            case LocksCommand.StillBusy m:
                _locks.Keep(m.Lock, Sender);
                break;
            case LocksCommand.WantInbox when _inbox is null && _lease is not null && !_locks.IsClosing:
                _inbox = Context.ActorOf(InboxActor.PropsFor(_context, _lease.Id));
                Context.Watch(_inbox);
                break;
            case LocksCommand.InboxOpened m when Sender.Equals(_inbox):
                _isInboxOpen = true;
                _locks.TellAll(new LockMessage.InboxOpened(m.Lease));
                break;
            case LocksCommand.InboxClosed when Sender.Equals(_inbox):
                _isInboxOpen = false;
                _locks.TellAll(new LockMessage.InboxClosed());
                break;
            case LocksCommand.HistoryReplaced when Sender.Equals(_inbox):
                _locks.TellAll(new LockMessage.HistoryReplaced());
                break;
            case LocksCommand.Noted m when Sender.Equals(_inbox):
                _locks.Tell(m.Lock, m.Message);
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
            case SuccessorDue<LockId> m:
                _locks.OnSuccessorDue(m.Key);
                break;
            case Terminated m when m.ActorRef.Equals(_inbox):
                _inbox = null;
                CloseInbox();
                _locks.TellAll(new LockMessage.InboxClosed());
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

    private void Pass(LocksCommand.ForKey request)
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
                Sender.Tell(request.Refusal(Refusals.TooManyLocks(request.Key, "locks", options.MaxLocks)));
                break;
            case LocksCommand.Acquire when !_locks.HasRoom(request.Lock, options.MaxWaiters):
                Sender.Tell(request.Refusal(Refusals.TooManyWaiters(request.Key, options.MaxWaiters)));
                break;
            default:
                _locks.Pass(request.Lock, request, Sender);
                break;
        }
    }

    private IActorRef Start(LockId key, bool isSuccessor) => Context.Watch(Context.ActorOf(LockActor.PropsFor(_context, key, _lease, isSuccessor, _isInboxOpen)));

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
}
