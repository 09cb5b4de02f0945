using System.Diagnostics;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;

namespace Coordination.Locks;

/// <summary>Owns one lock key: runs the effects of <see cref="LockMachine"/>, turns results into messages, answers each request once.</summary>
internal sealed partial class LockActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly LockId _id;
    private readonly bool _hasInbox;
    private readonly bool _recover;
    private readonly LockMachine _machine;
    private readonly LockTransactions _transactions;
    private readonly Dictionary<LockRequestId, IActorRef> _callers = [];
    private readonly Dictionary<LockRequestId, LockTerms> _terms = [];
    private readonly LockWaits _waits;
    private Dictionary<LockRequestId, Activity>? _traces;
    private Activity? _turn;
    private IActorRef? _session;
    private bool _isClosing;
    private LockState _state = LockState.Initial;
    private LeaseValidity? _lease;
    private LockClaim? _claim;
    private IActorRef? _watcher;
    private IActorRef? _aheadWatcher;
    private Bytes _aheadKey;

    public LockActor(CoordinationContext context, LockId id, LeaseValidity? lease, bool recover, bool hasInbox)
    {
        _context = context;
        _id = id;
        _hasInbox = hasInbox && id.OwnTtl is null;
        _recover = recover;
        _machine = new LockMachine(new LockSettings(context.Options.Locks.MaxWaiters, LockOptions.MaxUnresolved), AttemptId.New);
        _transactions = new LockTransactions(id.Key, new LockLine(context.Options.Locks.WaitersPrefix, id.Key));
        _waits = new LockWaits(context.Metrics, NameTag);
        _lease = id.OwnTtl is null ? lease : null;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Who keeps the lease open: the system's session, through the parent, or one of our own.</summary>
    private IActorRef Session => _session ?? Context.Parent;

    private TimeSpan ValidFor => _lease?.ValidFor ?? TimeSpan.Zero;

    private string NameTag => _context.Metrics.HasNames ? _id.Key.ToString() : "";

    /// <summary>The span of who is being served: who asked for this turn, or who is in front.</summary>
    private Activity? Trace => _turn ?? (_traces is { Count: > 0 } && !_state.Waiters.IsEmpty ? _traces.GetValueOrDefault(_state.Waiters[0].Request) : null);

    /// <summary>The actor of one key.</summary>
    /// <param name="context">What all actors share.</param>
    /// <param name="id">The lock.</param>
    /// <param name="lease">The session lease, when there is one.</param>
    /// <param name="recover">Whether it follows one that failed and may have left a key of ours behind.</param>
    /// <param name="hasInbox">Whether the inbox on the session lease is watched.</param>
    public static Props PropsFor(CoordinationContext context, LockId id, LeaseValidity? lease, bool recover, bool hasInbox = false) =>
        Made.By(() => new LockActor(context, id, lease, recover, hasInbox));

    protected override void PreStart()
    {
        Context.SetReceiveTimeout(_context.Options.Locks.IdleTimeout);
        if (_id.OwnTtl is { } ttl)
        {
            _session = Context.ActorOf(SessionActor.PropsFor(_context, new LeaseSettings(ttl, _context.Options.ClockRateBound)));
            Context.Watch(_session);
        }

        if (_lease is not null)
        {
            Handle(new LockMessage.SessionOpened(new LockLease(_lease.Id, _lease.Ttl)));
            if (_hasInbox)
            {
                Handle(new LockMessage.InboxOpened(_lease.Id));
            }
        }

        if (_recover)
        {
            Handle(new LockMessage.Recover());
        }
    }

    // One that is stopped without being asked to end has failed: its successor removes the key, so its holder has lost the lock.
    protected override void PostStop() => AnswerAll(_isClosing ? LossReason.Stopped : LossReason.Aborted);

    protected override void OnReceive(object message)
    {
        if (_isClosing && message is not Terminated)
        {
            if (message is IAnsweredRequest request)
            {
                Sender.Tell(request.Refusal(Refusals.Stopping()));
            }

            return;
        }

        switch (message)
        {
            case LocksCommand.Acquire m:
                OnAcquire(m);
                break;
            case LocksCommand.Cancel m:
                Handle(new LockMessage.Withdraw(m.Request, new LockReply.Withdrawn()));
                break;
            case LocksCommand.Release m:
                _callers[m.Request] = Sender;
                _turn = m.Trace;
                Handle(new LockMessage.Release(m.Request, _context.Clock.Now));
                _turn = null;
                break;
            case TimedOut m:
                Handle(new LockMessage.Withdraw(m.Request, OutOfTime()));
                break;
            case HoldOver m when _claim?.Request == m.Request:
                _claim.End(LossReason.HoldLimit);
                Handle(new LockMessage.Release(m.Request, _context.Clock.Now));
                break;
            case HoldOver:
                break;
            case SessionEvent.NotYetOpened:
            case SessionEvent when _session is not null && !Sender.Equals(_session):
                break;
            case SessionEvent.Opened m:
                _lease = m.Lease;
                Handle(new LockMessage.SessionOpened(new LockLease(m.Lease.Id, m.Lease.Ttl)));
                break;
            case SessionEvent.Lost m:
                Handle(new LockMessage.SessionLost(m.Lease, m.Reason));
                break;
            case WatchEvent m when Sender.Equals(_watcher):
                OnWatch(m);
                break;
            case WatchEvent m when Sender.Equals(_aheadWatcher):
                OnWatchAhead(m);
                break;
            case LockMessage.Followed m when !_transactions.IsTicket(m.Next.Key):
                break;
            case LockMessage.Judged m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage m:
                Handle(m);
                break;
            case ReceiveTimeout when _state.IsIdle && _callers.Count == 0:
                Context.Parent.Tell(new LocksCommand.Passivate(_id));
                break;
            case Swept:
            case ReceiveTimeout:
            case WatchEvent:
                break;
            case LocksCommand.EndIfIdle:
                EndIfIdle();
                break;
            case LocksCommand.Close:
                End();
                break;
            case Terminated m when m.ActorRef.Equals(_session):
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAcquire(LocksCommand.Acquire m)
    {
        _callers[m.Request] = Sender;
        if (m.Terms != LockTerms.Default)
        {
            _terms[m.Request] = m.Terms;
        }

        if (m.Trace is not null)
        {
            (_traces ??= [])[m.Request] = m.Trace;
        }

        if (m.Timeout is { } timeout)
        {
            Timers.StartSingleTimer(m.Request, new TimedOut(m.Request), timeout);
        }

        _waits.Asked(m.Request, LockKind.Mutex);
        Handle(new LockMessage.Acquire(m.Request, m.IsTry, m.Terms.IsFair, _context.Clock.Now));
    }

    private void OnWatch(WatchEvent told)
    {
        switch (told)
        {
            case WatchEvent.Started:
                Handle(new LockMessage.WatchStarted());
                break;
            case WatchEvent.Changed e:
                foreach (var change in e.Events)
                {
                    Handle(change.IsDelete
                        ? new LockMessage.KeyDeleted(change.Current.ModRevision)
                        : new LockMessage.KeyPut(change.Current, ValidFor));
                }

                break;
            case WatchEvent.Resynced { Reason: ResyncReason.HistoryReplaced or ResyncReason.ClusterChanged } e:
                Handle(new LockMessage.HistoryReplaced());
                Handle(new LockMessage.KeyRead(e.KeyValues.FirstOrDefault(), e.Revision, ValidFor));
                break;
            case WatchEvent.Resynced e:
                Handle(new LockMessage.KeyRead(e.KeyValues.FirstOrDefault(), e.Revision, ValidFor));
                break;
        }
    }

    private void OnWatchAhead(WatchEvent told)
    {
        if (told is WatchEvent.Started)
        {
            Handle(new LockMessage.AheadWatched(_aheadKey));
        }

        var isGone = told switch
        {
            WatchEvent.Changed e => e.Events[^1].IsDelete,
            WatchEvent.Resynced e => e.KeyValues.IsEmpty,
            _ => false,
        };
        if (isGone)
        {
            Handle(new LockMessage.AheadGone(_aheadKey));
        }
    }

    private void EndIfIdle()
    {
        if (_state.IsIdle && _callers.Count == 0)
        {
            End();
        }
        else
        {
            Context.Parent.Tell(new LocksCommand.StillBusy(_id));
        }
    }

    /// <summary>Ends; a lease of our own is revoked first, and with it goes what lives on it.</summary>
    private void End()
    {
        _isClosing = true;
        AnswerAll(LossReason.Stopped);
        if (_session is null)
        {
            Context.Stop(Self);
            return;
        }

        _session.Tell(new SessionCommand.Close());
    }

    private void AnswerAll(LossReason reason)
    {
        _claim?.End(reason);
        foreach (var caller in _callers.Values)
        {
            caller.Tell(new LockReply.Failed(Refusals.Stopping()));
        }

        _callers.Clear();
    }

    private void Handle(LockMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }

        _waits.Look(isTaken: _state.Phase is LockPhase.Blocked or LockPhase.Holding or LockPhase.Releasing or LockPhase.HandingOver or LockPhase.PassingOn);
    }

    private void Answer(LockRequestId request, LockReply answer)
    {
        Timers.Cancel(request);
        _terms.Remove(request);
        _traces?.Remove(request);
        _waits.Answered(request, LockOutcome.Of(answer));
        if (_callers.Remove(request, out var caller))
        {
            caller.Tell(answer is LockReply.NotAcquired { Holder: null } ? new LockReply.NotAcquired(OwnHolder()) : answer);
        }
    }

    private LockHolder? OwnHolder() => _claim is { IsHeld: true }
        ? new LockHolder(_claim.Owner ?? _context.Options.Owner, _claim.Token.Value, _claim.Lease, null, IsForeign: false)
        : null;

    private LockTerms TermsOf(LockRequestId request) => _terms.GetValueOrDefault(request, LockTerms.Default);

    private LockReply OutOfTime() => _state switch
    {
        { LastError: { } error } => new LockReply.Failed(Refusals.LateAfter(error, _id.Key)),
        { Lease: null, Phase: LockPhase.Idle } => new LockReply.Failed(Refusals.LateWithoutLease(_context, _id.Key)),
        { Holder: null, Phase: LockPhase.Attempting or LockPhase.Looking } => new LockReply.Failed(Refusals.LateWithoutAnswer(_context, _id.Key)),
        _ => new LockReply.NotAcquired(_state.Holder),
    };

    private sealed record TimedOut(LockRequestId Request);

    private sealed record Swept;

    private sealed record HoldOver(LockRequestId Request);
}
