using System.Diagnostics;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;

namespace Coordination.Locks.Shared;

/// <summary>
/// Owns one shared lock: runs the effects of <see cref="SharedLockMachine"/>, turns results into messages, answers each request once.
/// SharedLockActor.Etcd.cs says what is sent to etcd.
/// </summary>
internal sealed partial class SharedLockActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly SharedLockName _name;
    private readonly bool _recover;
    private readonly SharedLockMachine _machine;
    private readonly Dictionary<LockRequestId, IActorRef> _callers = [];
    private readonly Dictionary<LockRequestId, LockClaim> _claims = [];
    private readonly Dictionary<KeyRange, IActorRef> _watchers = [];
    private readonly LockWaits _waits;
    private Activity? _turn;
    private SharedLockState _state = SharedLockState.Initial;
    private LeaseValidity? _lease;
    private bool _failed;

    public SharedLockActor(CoordinationContext context, SharedLockName name, LeaseValidity? lease, bool recover)
    {
        _context = context;
        _name = name;
        _recover = recover;
        var locks = context.Options.Locks;
        _machine = new SharedLockMachine(name, new SharedLockSettings(locks.MaxWaiters, locks.MaxInLine, LockOptions.MaxUnresolved), AttemptId.New);
        _lease = lease;
        _waits = new LockWaits(context.Metrics, NameTag);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan ValidFor => _lease?.ValidFor ?? TimeSpan.Zero;

    private string NameTag => _context.Metrics.HasNames ? _name.Name : "";

    /// <summary>The actor of one name.</summary>
    /// <param name="context">What all actors share.</param>
    /// <param name="name">The name.</param>
    /// <param name="lease">The session lease, when there is one.</param>
    /// <param name="recover">Whether it follows one that failed and may have left entries of ours behind.</param>
    public static Props PropsFor(CoordinationContext context, SharedLockName name, LeaseValidity? lease, bool recover) =>
        Made.By(() => new SharedLockActor(context, name, lease, recover));

    protected override void PreStart()
    {
        Context.SetReceiveTimeout(_context.Options.Locks.IdleTimeout);
        if (_lease is not null)
        {
            Handle(new SharedLockMessage.SessionOpened(new LockLease(_lease.Id, _lease.Ttl)));
        }

        if (_recover)
        {
            // Now, and when nothing that the failed one has sent can be on its way any more.
            Handle(new SharedLockMessage.Recover());
            Timers.StartSingleTimer("recover", new SharedLockMessage.Recover(), _context.Options.Etcd.RequestTimeout * 2);
        }
    }

    protected override void PostStop()
    {
        foreach (var claim in _claims.Values)
        {
            // The successor of one that failed removes its entries: its holders must know.
            claim.End(_failed ? LossReason.Aborted : LossReason.Released);
        }

        foreach (var caller in _callers.Values)
        {
            caller.Tell(new SharedLockReply.Failed(Refusals.Stopping()));
        }
    }

    protected override void OnReceive(object message)
    {
        // Until the message is dealt with it has failed; a throw leaves it so.
        _failed = true;
        switch (message)
        {
            case SharedLocksCommand.Acquire m:
                OnAcquire(m);
                break;
            case SharedLocksCommand.Cancel m:
                Handle(new SharedLockMessage.Withdraw(m.Request, new SharedLockReply.Withdrawn()));
                break;
            case SharedLocksCommand.Release m:
                _callers[m.Request] = Sender;
                _turn = m.Trace;
                Handle(new SharedLockMessage.Release(m.Request));
                _turn = null;
                break;
            case TimedOut m:
                Handle(new SharedLockMessage.Withdraw(m.Request, OutOfTime()));
                break;
            case SessionEvent.Opened m:
                _lease = m.Lease;
                Handle(new SharedLockMessage.SessionOpened(new LockLease(m.Lease.Id, m.Lease.Ttl)));
                break;
            case SessionEvent.Lost m:
                Handle(new SharedLockMessage.SessionLost(m.Lease, m.Reason));
                break;
            case WatchEvent m when _watchers.ContainsValue(Sender):
                OnWatch(m);
                break;
            case SharedLockMessage.Entered m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case SharedLockMessage.LineRead m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case SharedLockMessage m:
                Handle(m);
                break;
            case ReceiveTimeout when _state.IsIdle && _callers.Count == 0:
                Context.Parent.Tell(new SharedLocksCommand.Passivate(_name));
                break;
            case ReceiveTimeout or WatchEvent or SessionEvent:
                break;
            case SharedLocksCommand.EndIfIdle:
                EndIfIdle();
                break;
            default:
                Unhandled(message);
                break;
        }

        _failed = false;
    }

    private void OnAcquire(SharedLocksCommand.Acquire m)
    {
        _callers[m.Request] = Sender;
        if (m.Timeout is { } timeout)
        {
            Timers.StartSingleTimer(m.Request, new TimedOut(m.Request), timeout);
        }

        _waits.Asked(m.Request, m.Ask.Mode.Kind());
        _turn = m.Trace;
        Handle(new SharedLockMessage.Acquire(m.Request, m.Ask, m.IsTry));
        _turn = null;
    }

    private void OnWatch(WatchEvent told)
    {
        switch (told)
        {
            case WatchEvent.Changed e:
                foreach (var change in e.Events)
                {
                    Handle(change.IsDelete
                        ? new SharedLockMessage.EntryDeleted(change.Current.Key, change.Current.ModRevision)
                        : new SharedLockMessage.EntryPut(change.Current));
                }

                break;
            case WatchEvent.Started e:
                Handle(new SharedLockMessage.WatchBegan(_watchers.First(w => w.Value.Equals(Sender)).Key, e.Revision));
                break;
            case WatchEvent.Resynced:
                Handle(new SharedLockMessage.HistoryCut());
                break;
        }
    }

    private void EndIfIdle()
    {
        if (_state.IsIdle && _callers.Count == 0)
        {
            Context.Stop(Self);
        }
        else
        {
            Context.Parent.Tell(new SharedLocksCommand.StillBusy(_name));
        }
    }

    private void Handle(SharedLockMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }

        _waits.Look(isTaken: _state.Holder is not null || _state.Entries.Exists(entry => entry.Phase is EntryPhase.Waiting));
    }

    private void Answer(LockRequestId request, SharedLockReply answer)
    {
        Timers.Cancel(request);
        _waits.Answered(request, LockOutcome.Of(answer));
        if (answer is SharedLockReply.Released)
        {
            _claims.Remove(request);
        }

        if (_callers.Remove(request, out var caller))
        {
            caller.Tell(answer is SharedLockReply.NotAcquired { Holder: null } ? new SharedLockReply.NotAcquired(OwnHolder()) : answer);
        }
    }

    private LockHolder? OwnHolder() => _claims.Values.FirstOrDefault(c => c.IsHeld) is { } claim
        ? new LockHolder(_context.Options.Owner, claim.Token.Value, claim.Lease, null, IsForeign: false)
        : null;

    private SharedLockReply OutOfTime() => _state switch
    {
        { LastError: { } error } => new SharedLockReply.Failed(Refusals.LateAfter(error, _name)),
        { Lease: null } => new SharedLockReply.Failed(Refusals.LateWithoutLease(_context, _name)),
        { Holder: null } when _state.Entries.Exists(e => e.Phase is EntryPhase.Entering) => new SharedLockReply.Failed(Refusals.LateWithoutAnswer(_context, _name)),
        _ => new SharedLockReply.NotAcquired(_state.Holder),
    };

    private sealed record TimedOut(LockRequestId Request);
}
