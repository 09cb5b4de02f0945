using System.Diagnostics;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Time;
using Coordination.Watches;

namespace Coordination.Discovery.Registration;

/// <summary>Owns one registration: runs the effects of <see cref="RegistrarMachine"/>, turns results into messages, answers each request once.</summary>
internal sealed class RegistrarActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly RegistrationCell _cell;
    private readonly RegistrarMachine _machine;
    private readonly Dictionary<RegistrationRequestId, IActorRef> _callers = [];
    private readonly SessionEvent.Opened? _shared;
    private readonly bool _isSuccessor;
    private RegistrarState _state;
    private IActorRef _session = ActorRefs.Nobody;
    private IActorRef _watcher = ActorRefs.Nobody;
    private IActorRef _journal = ActorRefs.Nobody;
    private Write? _sent;
    private bool _isStopping;

    public RegistrarActor(CoordinationContext context, RegistrationCell cell, SessionEvent.Opened? shared, bool isSuccessor)
    {
        _context = context;
        _cell = cell;
        _shared = shared;
        _machine = new RegistrarMachine(cell.Options.Layout, cell.Options.OwnLease, ServiceOptions.MaxRepairs);
        _isSuccessor = isSuccessor;
        _state = RegistrarState.For(cell.Wish);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor of one registration.</summary>
    /// <param name="context">What all actors share.</param>
    /// <param name="cell">The registration.</param>
    /// <param name="shared">The lease that all registrations share, when it is held.</param>
    /// <param name="isSuccessor">Whether it follows one that failed.</param>
    public static Props PropsFor(CoordinationContext context, RegistrationCell cell, SessionEvent.Opened? shared, bool isSuccessor) =>
        Made.By(() => new RegistrarActor(context, cell, shared, isSuccessor));

    // What fails below takes this actor with it; its successor begins anew from the wish.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _context.Log.ActorFailed(error, "child of a RegistrarActor");
        return Directive.Escalate;
    });

    protected override void PreStart()
    {
        if (_cell.Options.OwnLease)
        {
            _session = Context.ActorOf(SessionActor.PropsFor(_context, RegistrationsActor.LeaseFor(_context, _cell.Options.Ttl)));
            Context.Watch(_session);
        }
        else if (_shared is not null)
        {
            OnSession(_shared);
        }

        if (_isSuccessor && _cell.IsLeaving)
        {
            // The one that failed may have left keys on this lease. Those who asked for the end were answered when it failed.
            _state = _shared is null ? _state : _state with { Used = [_shared.Lease.Id] };
            Handle(new RegistrarMessage.Leave(RegistrationRequestId.Next()));
        }
    }

    protected override void PostStop()
    {
        _context.EtcdReturn.Forget(this);
        foreach (var caller in _callers.Values)
        {
            caller.Tell(new RegistrationReply.Failed(new CoordinationException(
                CoordinationErrorKind.Stopped, $"The registration of {_cell.Wish.Service}/{_cell.Wish.Id} has stopped")));
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RegistrationCommand.Update m:
                if (Accept(m.Request))
                {
                    Handle(new RegistrarMessage.Wish(m.Cell.Wish, m.Request));
                }

                break;
            case RegistrationCommand.Leave m:
                if (Accept(m.Request))
                {
                    Handle(new RegistrarMessage.Leave(m.Request));
                }

                break;
            case RegistrationCommand.Close:
                Close();
                break;
            case Written m when ReferenceEquals(m.Write, _sent):
                _sent = null;
                Handle(m switch
                {
                    Written.Answered a => new RegistrarMessage.Written(a.Result.Header.Revision, RegistrarTxns.Shown(a.Result)),
                    Written.Settled s => new RegistrarMessage.Settled(s.Shown.Header.Revision, RegistrarTxns.Keys(s.Shown)),
                    Written.Refused r => new RegistrarMessage.WriteFailed(r.Error),
                    _ => throw new UnreachableException(),
                });
                break;
            case Written:
                break;
            case SessionEvent m when Sender.Equals(_cell.Options.OwnLease ? _session : Context.Parent):
                OnSession(m);
                break;
            case WatchEvent m when Sender.Equals(_watcher):
                OnWatch(m);
                break;
            case RegistrarMessage.TimerFired { Timer: RegistrarTimer.Retry } m:
                _context.EtcdReturn.Forget(this);
                Handle(m);
                break;
            case RegistrarMessage m:
                Handle(m);
                break;
            case EtcdAnswers:
                if (Timers.IsTimerActive(RegistrarTimer.Retry))
                {
                    Timers.StartSingleTimer(RegistrarTimer.Retry, new RegistrarMessage.TimerFired(RegistrarTimer.Retry), _context.EtcdReturn.Jitter);
                }

                break;
            case Terminated m when m.ActorRef.Equals(_session):
                OnSessionEnded();
                break;
            case Terminated:
            case SessionEvent:
            case WatchEvent:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private bool Accept(RegistrationRequestId request)
    {
        if (_callers.Count >= ServiceOptions.MaxWaiters)
        {
            Sender.Tell(new RegistrationReply.Failed(new CoordinationException(
                CoordinationErrorKind.LimitReached,
                $"{ServiceOptions.MaxWaiters} requests already wait for the registration of {_cell.Wish.Service}/{_cell.Wish.Id}")));
            return false;
        }

        _callers[request] = Sender;
        return true;
    }

    private void OnSession(SessionEvent told)
    {
        switch (told)
        {
            case SessionEvent.Opened e:
                _journal = e.Journal;
                Handle(new RegistrarMessage.LeaseOpened(e.Lease.Id));
                break;
            case SessionEvent.Lost e:
                (_journal, _sent) = (ActorRefs.Nobody, null);
                Handle(new RegistrarMessage.LeaseLost(e.Lease));
                break;
        }
    }

    private void OnSessionEnded()
    {
        if (_isStopping)
        {
            Context.Stop(Self);
        }
        else
        {
            _session = ActorRefs.Nobody;
            Handle(new RegistrarMessage.LeaseClosed());
        }
    }

    private void OnWatch(WatchEvent told)
    {
        switch (told)
        {
            case WatchEvent.Changed e:
                Handle(new RegistrarMessage.Changed(e.Revision, e.Events));
                break;
            case WatchEvent.Snapshot e:
                Handle(new RegistrarMessage.Resynced(e.Revision, e.KeyValues));
                break;
            case WatchEvent.Resynced e:
                Handle(new RegistrarMessage.Resynced(e.Revision, e.KeyValues));
                break;
        }
    }

    /// <summary>The system stops. A lease of its own is revoked; the shared one is revoked by the parent.</summary>
    private void Close()
    {
        _isStopping = true;
        if (_session.IsNobody())
        {
            Context.Stop(Self);
        }
        else
        {
            _session.Tell(new SessionCommand.Close());
        }
    }

    private void Handle(RegistrarMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }
    }

    private void Run(RegistrarEffect effect)
    {
        switch (effect)
        {
            case RegistrarEffect.Send e when _journal.IsNobody():
                _context.Etcd.TxnAsync(e.Txn).PipeTo(
                    Self,
                    success: result => new RegistrarMessage.Written(result.Header.Revision, RegistrarTxns.Shown(result)),
                    failure: error => new RegistrarMessage.WriteFailed(EtcdFailure.From(error)));
                break;
            case RegistrarEffect.Send e:
                _sent = new Write(Self, e.Keys, e.Txn, RegistrarTxns.Look(e.Keys));
                _journal.Tell(new JournalMessage.Submit(_sent));
                break;
            case RegistrarEffect.StartWatch e:
                _watcher = Context.ActorOf(WatcherActor.PropsFor(_context, e.Keys, e.From));
                break;
            case RegistrarEffect.StopWatch:
                Context.Stop(_watcher);
                _watcher = ActorRefs.Nobody;
                break;
            case RegistrarEffect.SetRetryTimer e:
                Timers.StartSingleTimer(
                    RegistrarTimer.Retry, new RegistrarMessage.TimerFired(RegistrarTimer.Retry), BackoffPolicy.Default.After(e.Failures, _context.Random));
                if (e.AwaitsEtcd)
                {
                    var self = Self;
                    _context.EtcdReturn.Await(this, () => self.Tell(EtcdAnswers.Message, ActorRefs.NoSender));
                }

                break;
            case RegistrarEffect.SetForgetTimer:
                Timers.StartSingleTimer(RegistrarTimer.Forget, new RegistrarMessage.TimerFired(RegistrarTimer.Forget), ServiceOptions.RepairMemory);
                break;
            case RegistrarEffect.CancelTimer e:
                Timers.Cancel(e.Timer);
                _context.EtcdReturn.Forget(this);
                break;
            case RegistrarEffect.VerifyLease e:
                (_session.IsNobody() ? Context.Parent : _session).Tell(new LeaseMessage.Verify(e.Lease, default));
                break;
            case RegistrarEffect.CloseLease:
                if (_session.IsNobody())
                {
                    Self.Tell(new RegistrarMessage.LeaseClosed());
                }
                else
                {
                    _session.Tell(new SessionCommand.Close());
                }

                break;
            case RegistrarEffect.Reply e:
                if (_callers.Remove(e.Request, out var caller))
                {
                    caller.Tell(e.Answer);
                }

                break;
            case RegistrarEffect.Tell e:
                Tell(e.Health);
                break;
            case RegistrarEffect.NoteRegistered e:
                _cell.Set(e.Lease);
                break;
            case RegistrarEffect.NoteRepair e:
                _context.Log.RegistrationRepaired(_cell.Wish.Service, _cell.Wish.Id, e.What);
                break;
            case RegistrarEffect.End:
                Context.Stop(Self);
                break;
        }
    }

    private void Tell(RegistrationHealth health)
    {
        var before = _cell.Health;
        _cell.Set(health);
        Context.System.EventStream.Publish(health);
        switch (health.State)
        {
            case var same when same == before.State && health.Problem == before.Problem:
                break;
            case RegistrationState.Registered:
                _context.Log.Registered(health.Service, health.Id, _state.Lease);
                break;
            case RegistrationState.Deregistered:
                _context.Log.Deregistered(health.Service, health.Id);

                // Before anybody has the answer: who has it may register again.
                _context.Registrations.Remove(_cell);
                Context.Parent.Tell(new RegistrationEvent.Left(_cell));
                break;
            case RegistrationState.Conflict:
                _context.Log.RegistrationConflict(health.Service, health.Id, health.Problem ?? "");
                break;
            case RegistrationState.Recovering or RegistrationState.Registering when health.Problem is not null:
                _context.Log.NotRegistered(health.Service, health.Id, health.Problem);
                break;
        }
    }
}
