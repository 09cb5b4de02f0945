using Coordination.Diagnostics;
using Coordination.Leases;

namespace Coordination.Locks.Shared;

/// <summary>The parent of all SharedLockActors.</summary>
internal sealed class SharedLocksActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly KeyedChildren<SharedLockName, SharedLocksCommand.ForName> _locks;
    private LeaseValidity? _lease;

    public SharedLocksActor(CoordinationContext context)
    {
        _context = context;
        _locks = new KeyedChildren<SharedLockName, SharedLocksCommand.ForName>(this, Start);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new SharedLocksActor(context));

    // Its callers have been answered by PostStop; what it left in etcd is for its successor to remove.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _context.Log.ActorFailed(error, "SharedLockActor");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SharedLocksCommand.ForName m:
                Pass(m);
                break;
            case SessionEvent.Opened m:
                _lease = m.Lease;
                _locks.TellAll(m);
                break;
            case SessionEvent.Lost m:
                _lease = null;
                _locks.TellAll(m);
                break;
            case SharedLocksCommand.Passivate m:
                _locks.LetEnd(m.Name, Sender, new SharedLocksCommand.EndIfIdle());
                break;
            case SharedLocksCommand.StillBusy m:
                _locks.Keep(m.Name, Sender);
                break;
            case SharedLocksCommand:
                break;
            case LeaseMessage m:
                Context.Parent.Tell(m);
                break;
            case SuccessorDue<SharedLockName> m:
                _locks.OnSuccessorDue(m.Key);
                break;
            case Terminated m:
                _locks.OnTerminated(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Pass(SharedLocksCommand.ForName request)
    {
        var options = _context.Options.Locks;
        var isNew = !_locks.Contains(request.Name);
        switch (request)
        {
            // Nobody holds what has no actor.
            case SharedLocksCommand.Release when isNew:
                Sender.Tell(new SharedLockReply.Released());
                break;
            case SharedLocksCommand.Cancel when isNew:
                break;
            case SharedLocksCommand.Acquire when isNew && _locks.Count >= options.MaxLocks:
                Sender.Tell(request.Refusal(Refusals.TooManyLocks(request.Name, "shared locks", options.MaxLocks)));
                break;
            case SharedLocksCommand.Acquire when !_locks.HasRoom(request.Name, options.MaxWaiters):
                Sender.Tell(request.Refusal(Refusals.TooManyWaiters(request.Name, options.MaxWaiters)));
                break;
            default:
                _locks.Pass(request.Name, request, Sender);
                break;
        }
    }

    private IActorRef Start(SharedLockName name, bool isSuccessor) => Context.Watch(Context.ActorOf(SharedLockActor.PropsFor(_context, name, _lease, isSuccessor)));
}
