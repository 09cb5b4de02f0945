using System.Collections.Immutable;
using Akka.Event;
using Coordination.Diagnostics;
using Coordination.Discovery;
using Coordination.Discovery.Registration;
using Coordination.Elections;
using Coordination.Leases;
using Coordination.Locks.Line;
using Coordination.Watches;

namespace Coordination.Supervision;

/// <summary>
/// The root of the coordination actors: the session lease, and one actor for each concept. It passes requests to the concept they belong to, tells
/// all of the session, replaces what failed, and stops everything in order.
/// </summary>
internal sealed class CoordinationSupervisor : UntypedActor
{
    private readonly CoordinationContext _context;
    private readonly string _path = Context.Self.Path.ToStringWithoutAddress() + "/";

    // In the order in which they stop: what others see of this system ends before what it rests on.
    private readonly ImmutableArray<Concept> _concepts;
    private readonly IActorRef[] _roots;
    private IActorRef _session = ActorRefs.Nobody;
    private SessionEvent.Opened? _open;
    private IActorRef? _stopCaller;

    public CoordinationSupervisor(CoordinationContext context)
    {
        _context = context;
        _concepts =
        [
            new Concept("registrations", typeof(RegistrationCommand), RegistrationsActor.PropsFor(context), new RegistrationCommand.Close()),
            new Concept("discovery", typeof(DiscoveryCommand), DiscoveriesActor.PropsFor(context)),
            new Concept("elections", typeof(ElectionsCommand), ElectionsActor.PropsFor(context), new ElectionsCommand.Close()),
            new Concept("locks", typeof(LocksCommand), LocksActor.PropsFor(context), new LocksCommand.Close()) { LivesOnSession = true },
            new Concept("watches", typeof(WatchesCommand), WatchesActor.PropsFor(context)),
        ];
        _roots = new IActorRef[_concepts.Length];
    }

    private bool IsStopping => _stopCaller is not null;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new CoordinationSupervisor(context));

    // What failed is replaced by one that starts with empty hands.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _context.Log.ActorFailed(error, "child of the supervisor");
        return Directive.Stop;
    });

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        for (var i = 0; i < _concepts.Length; i++)
        {
            StartConcept(i);
        }

        OpenSession();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SessionEvent m when Sender.Equals(_session):
                OnSession(m);
                break;
            case SessionEvent:
                break;
            case LeaseMessage m:
                _session.Tell(m);
                break;
            case SupervisorCommand.Stop:
                _stopCaller = Sender;
                StopNext();
                break;
            case SupervisorCommand:
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            case DeadLetter { Message: IAnsweredRequest request } m when m.Recipient.Path.ToStringWithoutAddress().StartsWith(_path, StringComparison.Ordinal):
                // It waited in the mailbox of an actor that failed, or was on its way there. It goes to the successor: every request is answered.
                Route(request, m.Sender);
                break;
            case DeadLetter:
                break;
            default:
                Route(message, Sender);
                break;
        }
    }

    private void Route(object message, IActorRef sender)
    {
        var index = IndexOf(message);
        if (index < 0)
        {
            Unhandled(message);
        }
        else if (!IsStopping || (message is IAnsweredRequest { GivesBack: true } && !_roots[index].IsNobody()))
        {
            _roots[index].Tell(message, sender);
        }
        else if (message is IAnsweredRequest request)
        {
            sender.Tell(request.Refusal(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")));
        }
    }

    private int IndexOf(object message)
    {
        for (var i = 0; i < _concepts.Length; i++)
        {
            if (_concepts[i].Commands.IsInstanceOfType(message))
            {
                return i;
            }
        }

        return -1;
    }

    private void OnSession(SessionEvent told)
    {
        switch (told)
        {
            case SessionEvent.Opened e:
                _open = e;
                _context.Session.SetOpened(e.Lease, e.Journal);
                break;
            case SessionEvent.NotYetOpened e:
                _context.Session.SetFailed(e.Error);
                return;
            case SessionEvent.Lost e:
                _open = null;
                _context.Session.SetLost(e.Reason);
                break;
        }

        foreach (var root in _roots)
        {
            root.Tell(told);
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(_session))
        {
            OnSessionEnded();
        }
        else if (Array.IndexOf(_roots, actor) is var index and >= 0)
        {
            if (IsStopping)
            {
                _roots[index] = ActorRefs.Nobody;
                StopNext();
            }
            else
            {
                if (_concepts[index].LivesOnSession && _open is { } open)
                {
                    _session.Tell(new LeaseMessage.GiveUp(open.Lease.Id, default, LossReason.Aborted));
                }

                StartConcept(index);
            }
        }
    }

    private void OnSessionEnded()
    {
        // A session that failed lost its lease without telling.
        if (_open?.Lease is { } lost)
        {
            OnSession(new SessionEvent.Lost(lost.Id, lost.Reason ?? LossReason.Expired));
        }

        if (IsStopping)
        {
            EndStop();
        }
        else
        {
            OpenSession();
        }
    }

    private void EndStop()
    {
        _stopCaller!.Tell(new SupervisorCommand.Done());
        Context.Stop(Self);
    }

    private void StartConcept(int index)
    {
        var root = _roots[index] = Context.ActorOf(_concepts[index].Props);
        _context.Roots.Set(_concepts[index].Commands, root);
        Context.Watch(root);
        if (_open is { } open)
        {
            root.Tell(open);
        }
    }

    private void OpenSession()
    {
        if (!_context.Options.HasSession)
        {
            return;
        }

        var settings = new LeaseSettings(_context.Options.SessionTtl, _context.Options.ClockRateBound) { RenewEvery = _context.Options.RenewEvery };
        _session = Context.ActorOf(SessionActor.PropsFor(_context, settings));
        Context.Watch(_session);
    }

    /// <summary>One concept after the other, the session last.</summary>
    private void StopNext()
    {
        if (Array.FindIndex(_roots, r => !r.IsNobody()) is var next and >= 0)
        {
            if (_concepts[next].Close is { } close)
            {
                _roots[next].Tell(close);
            }
            else
            {
                Context.Stop(_roots[next]);
            }
        }
        else if (_session.IsNobody())
        {
            EndStop();
        }
        else
        {
            _session.Tell(new SessionCommand.Close());
        }
    }
}
