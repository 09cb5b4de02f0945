using Coordination.Diagnostics;
using Coordination.Leases;
using Coordination.Locks;
using Coordination.Time;

namespace Coordination.Supervision;

/// <summary>
/// The root of the coordination actors. It keeps a session lease open: when one is lost it grants the next, tells the locks of both, and stops
/// everything in order. Failures of its children are answered here, in one place.
/// </summary>
internal sealed class CoordinationSupervisor(CoordinationContext context) : UntypedActor, IWithTimers
{
    private readonly LeaseSettings _leaseSettings = new(context.Options.SessionTtl, context.Options.ClockRateBound);
    private readonly string _path = Context.Self.Path.ToStringWithoutAddress() + "/";
    private IActorRef _locks = ActorRefs.Nobody;
    private IActorRef? _lease;
    private LeaseValidity? _validity;
    private IActorRef? _stopCaller;
    private int _failures;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Props.Create(() => new CoordinationSupervisor(context));

    // A failed LeaseActor is not restarted under its old lease: its successor gets a new one. The locks restart with empty hands.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "child of the supervisor");
        return Directive.Stop;
    });

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        StartLocks();
        OpenSession();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LocksCommand m:
                _locks.Forward(m);
                break;
            case DeadLetter { Message: LocksCommand.ForKey request } m when m.Recipient.Path.ToStringWithoutAddress().StartsWith(_path, StringComparison.Ordinal):
                OnUndelivered(request, m.Sender);
                break;
            case DeadLetter:
                break;
            case LeaseEvent m when Sender.Equals(_lease):
                OnLease(m);
                break;
            case LeaseEvent:
                break;
            case LeaseMessage m:
                _lease?.Tell(m);
                break;
            case SupervisorCommand.Stop:
                _stopCaller = Sender;
                Timers.CancelAll();
                Context.Stop(_locks);
                break;
            case SupervisorCommand.OpenSession when _lease is null && _stopCaller is null:
                OpenSession();
                break;
            case SupervisorCommand:
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnLease(LeaseEvent told)
    {
        switch (told)
        {
            case LeaseEvent.Opened e:
                _failures = 0;
                _validity = e.Validity;
                context.Session.SetOpened(e.Validity);
                _locks.Tell(new LocksCommand.SessionOpened(e.Validity));
                break;
            case LeaseEvent.NotYetOpened e:
                context.Session.SetFailed(e.Error);
                context.Log.LeaseNotYetOpened(e.Error.Message);
                break;
            case LeaseEvent.SuspicionChanged { IsSuspect: true } e:
                context.Log.LeaseSuspect(e.Lease);
                break;
            case LeaseEvent.SuspicionChanged e:
                context.Log.LeaseTrusted(e.Lease);
                break;
            case LeaseEvent.Lost e:
                // The lost one revokes itself and ends; the next one does not wait for that.
                CloseSession(e.Reason);
                if (_stopCaller is null)
                {
                    OpenSession();
                }

                break;
        }
    }

    /// <summary>
    /// A request that waited in the mailbox of an actor that failed, or was on its way there. It goes to the successor: every request is answered.
    /// </summary>
    private void OnUndelivered(LocksCommand.ForKey request, IActorRef sender)
    {
        if (_stopCaller is null)
        {
            _locks.Tell(request, sender);
        }
        else
        {
            sender.Tell(new LockReply.Failed(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")));
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(_locks))
        {
            if (_stopCaller is null)
            {
                StartLocks();
                if (_validity is { } open)
                {
                    _locks.Tell(new LocksCommand.SessionOpened(open));
                }
            }
            else if (_lease is { } lease)
            {
                lease.Tell(new LeaseMessage.Release(context.Clock.Now));
            }
            else
            {
                Finish();
            }
        }
        else if (actor.Equals(_lease))
        {
            CloseSession(LossReason.Expired);
            if (_stopCaller is not null)
            {
                Finish();
            }
            else
            {
                Timers.StartSingleTimer("session", new SupervisorCommand.OpenSession(), BackoffPolicy.Default.After(++_failures, Random.Shared));
            }
        }
    }

    private void StartLocks()
    {
        _locks = Context.ActorOf(LocksActor.PropsFor(context));
        Context.Watch(_locks);
    }

    private void OpenSession()
    {
        _lease = Context.ActorOf(LeaseActor.PropsFor(context, _leaseSettings));
        Context.Watch(_lease);
    }

    private void CloseSession(LossReason reason)
    {
        _lease = null;
        context.Session.SetLost();
        if (_validity is { } lost)
        {
            _validity = null;
            _locks.Tell(new LocksCommand.SessionLost(lost.Id, reason));
        }
    }

    private void Finish()
    {
        _stopCaller!.Tell(new SupervisorCommand.Done());
        Context.Stop(Self);
    }
}
