using Coordination.Diagnostics;
using Coordination.Leases;
using Coordination.Time;

namespace Coordination.Discovery.Registration;

/// <summary>
/// The parent of all RegistrarActors, and of the session whose lease they share. It is not the session of the locks: a lost lease of locks is revoked to free
/// them, a lost lease of registrations must keep its keys until they are moved to the next one, or an outage would end with empty views. Stops when all leases
/// are given back.
/// </summary>
internal sealed class RegistrationsActor(CoordinationContext context) : UntypedActor, IWithTimers
{
    private readonly Dictionary<RegistrationCell, Entry> _entries = [];
    private readonly Dictionary<IActorRef, RegistrationCell> _cells = [];
    private IActorRef _session = ActorRefs.Nobody;
    private SessionEvent.Opened? _opened;
    private bool _isStopping;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context) => Made.By(() => new RegistrationsActor(context));

    /// <summary>The lease of registrations.</summary>
    public static LeaseSettings LeaseFor(CoordinationContext context, TimeSpan? ttl) =>
        new(ttl ?? context.Options.SessionTtl, context.Options.ClockRateBound) { RevokeWhenLost = false };

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "child of the RegistrationsActor");
        return Directive.Stop;
    });

    // After a failure of this actor: what is wished for is still in the book.
    protected override void PreStart()
    {
        foreach (var cell in context.Registrations.Cells)
        {
            Begin(cell);
        }
    }

    protected override void PostStop()
    {
        foreach (var (message, sender) in _entries.Values.SelectMany(entry => entry.Held))
        {
            sender.Tell(message.Refusal(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")));
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RegistrationCommand.Begin m:
                Begin(m.Cell);
                break;
            case RegistrationCommand.ForCell m:
                Forward(m);
                break;
            case RegistrationCommand.Close m:
                Close(m);
                break;
            case SessionEvent m when Sender.Equals(_session):
                _opened = m switch
                {
                    SessionEvent.Opened e => e,
                    SessionEvent.Lost => null,
                    _ => _opened,
                };
                TellAll(m);
                break;
            case LeaseMessage m:
                _session.Tell(m);
                break;
            case SessionEvent:
                break;
            case RegistrationEvent.Left m:
                OnLeft(m);
                break;
            case SuccessorDue m when _entries.TryGetValue(m.Cell, out var entry) && entry.Ref.IsNobody():
                Start(m.Cell, entry);
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            case RegistrationCommand:
            case RegistrationEvent:
            case SuccessorDue:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin(RegistrationCell cell)
    {
        if (_isStopping || _entries.ContainsKey(cell))
        {
            return;
        }

        if (!cell.Options.OwnLease && _session.IsNobody())
        {
            OpenSession();
        }

        var entry = new Entry();
        _entries.Add(cell, entry);
        Start(cell, entry);
    }

    private void OpenSession()
    {
        _session = Context.ActorOf(SessionActor.PropsFor(context, LeaseFor(context, null)));
        Context.Watch(_session);
    }

    private void Start(RegistrationCell cell, Entry entry)
    {
        entry.Ref = Context.ActorOf(RegistrarActor.PropsFor(context, cell, _opened, entry.Failures > 0));
        Context.Watch(entry.Ref);
        _cells.Add(entry.Ref, cell);
        foreach (var (message, sender) in entry.Held)
        {
            entry.Ref.Tell(message, sender);
        }

        entry.Held.Clear();
    }

    private void Forward(RegistrationCommand.ForCell m)
    {
        if (!_entries.TryGetValue(m.Cell, out var entry))
        {
            Sender.Tell(m is RegistrationCommand.Leave ? new RegistrationReply.Done() : RegistrationReply.Left(m.Cell.Wish));
        }
        else if (!entry.Ref.IsNobody())
        {
            entry.Ref.Forward(m);
        }
        else if (entry.Held.Count < ServiceOptions.MaxWaiters)
        {
            entry.Held.Add((m, Sender));
        }
        else
        {
            Sender.Tell(m.Refusal(new CoordinationException(
                CoordinationErrorKind.LimitReached, $"{ServiceOptions.MaxWaiters} requests already wait for the registration of {m.Cell.Wish.Service}/{m.Cell.Wish.Id}")));
        }
    }

    private void OnLeft(RegistrationEvent.Left m)
    {
        if (_entries.Remove(m.Cell, out var entry))
        {
            _cells.Remove(entry.Ref);
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(_session))
        {
            OnSessionEnded();
        }
        else if (_cells.Remove(actor, out var cell) && _entries.TryGetValue(cell, out var entry))
        {
            entry.Ref = ActorRefs.Nobody;
            if (!_isStopping)
            {
                Timers.StartSingleTimer(cell, new SuccessorDue(cell), BackoffPolicy.Default.After(++entry.Failures, context.Random));
            }
        }

        StopWhenDone();
    }

    private void OnSessionEnded()
    {
        // One that failed lost its lease without telling.
        if (_opened is { } opened)
        {
            TellAll(new SessionEvent.Lost(opened.Lease.Id, LossReason.Expired));
            _opened = null;
        }

        _session = ActorRefs.Nobody;
        if (!_isStopping)
        {
            OpenSession();
        }
    }

    private void Close(RegistrationCommand.Close m)
    {
        _isStopping = true;
        Timers.CancelAll();
        TellAll(m);
        _session.Tell(new SessionCommand.Close());
        StopWhenDone();
    }

    private void TellAll(object message)
    {
        foreach (var actor in _cells.Keys)
        {
            actor.Tell(message, Self);
        }
    }

    private void StopWhenDone()
    {
        if (_isStopping && _cells.Count == 0 && _session.IsNobody())
        {
            Context.Stop(Self);
        }
    }

    private sealed class Entry
    {
        public IActorRef Ref { get; set; } = ActorRefs.Nobody;

        public List<(RegistrationCommand.ForCell Message, IActorRef Sender)> Held { get; } = [];

        public int Failures { get; set; }
    }

    private sealed record SuccessorDue(RegistrationCell Cell);
}
