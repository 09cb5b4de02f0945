using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;
using Coordination.Watches;

namespace Coordination.Locks;

/// <summary>Owns one lock key: runs the effects of <see cref="LockMachine"/>, turns results into messages, answers each request once.</summary>
internal sealed class LockActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly Bytes _key;
    private readonly bool _recover;
    private readonly LockMachine _machine;
    private readonly LockTransactions _transactions;
    private readonly Dictionary<LockRequestId, IActorRef> _callers = [];
    private LockState _state = LockState.Initial;
    private LeaseValidity? _lease;
    private LockClaim? _claim;
    private IActorRef? _watcher;
    private IActorRef? _aheadWatcher;
    private Bytes _aheadKey;

    public LockActor(CoordinationContext context, Bytes key, LeaseValidity? lease, bool recover)
    {
        _context = context;
        _key = key;
        _recover = recover;
        _machine = new LockMachine(new LockSettings(context.Options.Locks.MaxWaiters, LockOptions.MaxUnresolved), AttemptId.New);
        _transactions = new LockTransactions(key, new LockLine(context.Options.Locks.WaitersPrefix, key));
        _lease = lease;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan ValidFor => _lease?.ValidFor ?? TimeSpan.Zero;

    /// <summary>The actor of one key.</summary>
    /// <param name="context">What all actors share.</param>
    /// <param name="key">The key.</param>
    /// <param name="lease">The session lease, when there is one.</param>
    /// <param name="recover">Whether it follows one that failed and may have left a key of ours behind.</param>
    public static Props PropsFor(CoordinationContext context, Bytes key, LeaseValidity? lease, bool recover) =>
        Props.Create(() => new LockActor(context, key, lease, recover));

    protected override void PreStart()
    {
        Context.SetReceiveTimeout(_context.Options.Locks.IdleTimeout);
        if (_lease is not null)
        {
            Handle(new LockMessage.SessionOpened(new LockLease(_lease.Id, _lease.Ttl)));
        }

        if (_recover)
        {
            Handle(new LockMessage.Recover());
        }
    }

    protected override void PostStop()
    {
        _claim?.End(LossReason.Released);
        foreach (var caller in _callers.Values)
        {
            caller.Tell(new LockReply.Failed(new CoordinationException(CoordinationErrorKind.Stopped, "The coordination system is stopping")));
        }
    }

    protected override void OnReceive(object message)
    {
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
                Handle(new LockMessage.Release(m.Request, _context.Clock.Now));
                break;
            case TimedOut m:
                Handle(new LockMessage.Withdraw(m.Request, OutOfTime()));
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
            case LockMessage.TimerFired m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage.AttemptWon m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage.AttemptMet m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage.KeyRead m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage.LineShown m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage.LineLeft m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage.PassedOn m:
                Handle(m with { ValidFor = ValidFor });
                break;
            case LockMessage m:
                Handle(m);
                break;
            case ReceiveTimeout when _state.IsIdle && _callers.Count == 0:
                Context.Parent.Tell(new LocksCommand.Passivate(_key));
                break;
            case ReceiveTimeout:
            case WatchEvent:
                break;
            case LocksCommand.EndIfIdle:
                EndIfIdle();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAcquire(LocksCommand.Acquire m)
    {
        _callers[m.Request] = Sender;
        if (m.Timeout is { } timeout)
        {
            Timers.StartSingleTimer(m.Request, new TimedOut(m.Request), timeout);
        }

        Handle(new LockMessage.Acquire(m.Request, m.IsTry));
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
            case WatchEvent.Resynced e:
                Handle(new LockMessage.KeyRead(e.KeyValues.FirstOrDefault(), e.Revision, ValidFor));
                break;
        }
    }

    private void OnWatchAhead(WatchEvent told)
    {
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
            Context.Stop(Self);
        }
        else
        {
            Context.Parent.Tell(new LocksCommand.StillBusy(_key));
        }
    }

    private void Handle(LockMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }
    }

    private void Run(LockEffect effect)
    {
        switch (effect)
        {
            case LockEffect.SendAttempt e:
                Send(_transactions.Attempt(e, ValueFor(e.Attempt)), r => LockTransactions.AttemptAnswer(e, r), x => new LockMessage.AttemptFailed(e.Attempt, x));
                break;
            case LockEffect.SendRelease e:
                // When the guard fails the key is not ours any more, which is what was wanted.
                _context.Log.LockReleased(_key.ToString(), e.Token.Value);
                Send(_transactions.Release(e.Token), r => new LockMessage.ReleaseDone(e.Token, r.Header.Revision), x => new LockMessage.ReleaseFailed(e.Token, x));
                break;
            case LockEffect.SendHandOver e:
                _context.Log.LockReleased(_key.ToString(), e.Token.Value);
                Send(_transactions.HandOver(e, ValueFor(e.Next)), r => LockTransactions.HandOverAnswer(e, r), x => new LockMessage.ReleaseFailed(e.Token, x));
                break;
            case LockEffect.SendPass e:
                _context.Log.LockReleased(_key.ToString(), e.Token.Value);
                Send(_transactions.Pass(e, ValueFor(e.Attempt)), r => LockTransactions.PassAnswer(e, r), x => new LockMessage.PassFailed(e.Attempt, x));
                break;
            case LockEffect.SendTicket e:
                SendForLine(_transactions.Ticket(e.Ticket, ValueFor(e.Ticket.Attempt)), e.Ticket);
                break;
            case LockEffect.SendLineRead e:
                SendForLine(_transactions.LineRead(e.Ticket), e.Ticket);
                break;
            case LockEffect.SendLeave e:
                Send(_transactions.Leave(e.Ticket), r => LockTransactions.LeaveAnswer(e.Ticket, r), x => new LockMessage.LeaveFailed(e.Ticket.Attempt, x));
                break;
            case LockEffect.SendRead:
                _context.Etcd.GetAsync(new EtcdOp.Get(_key)).PipeTo(
                    Self,
                    success: result => new LockMessage.KeyRead(result.First, result.Header.Revision, default),
                    failure: error => new LockMessage.ReadFailed(EtcdFailure.From(error)));
                break;
            case LockEffect.StartWatch e:
                _watcher = Context.ActorOf(
                    e.From == Revision.None ? WatcherActor.FromNow(_context, _key) : WatcherActor.PropsFor(_context, _key, e.From));
                break;
            case LockEffect.WatchAhead e:
                StopWatchingAhead();
                _aheadKey = e.Key;
                _aheadWatcher = Context.ActorOf(WatcherActor.PropsFor(_context, e.Key, e.From));
                break;
            case LockEffect.StopWatchAhead:
                StopWatchingAhead();
                break;
            case LockEffect.StopWatch:
                Context.Stop(_watcher!);
                _watcher = null;
                break;
            case LockEffect.SetTimer e:
                Timers.StartSingleTimer(e.Timer, new LockMessage.TimerFired(e.Timer, default), Delay(e));
                break;
            case LockEffect.CancelTimer e:
                Timers.Cancel(e.Timer);
                break;
            case LockEffect.Grant e:
                _claim = new LockClaim(_key, e.Request, e.Token, _lease!, _context.Log);
                _context.Log.LockAcquired(_key.ToString(), e.Token.Value, e.Lease);
                Answer(e.Request, new LockReply.Acquired(_claim));
                break;
            case LockEffect.Reply e:
                Answer(e.Request, e.Answer);
                break;
            case LockEffect.Lose e:
                _claim!.End(e.Reason);
                _context.Log.LockLost(_key.ToString(), _claim.Token.Value, e.Reason);
                break;
            case LockEffect.VerifyLease e:
                Context.Parent.Tell(new LeaseMessage.Verify(e.Lease, default));
                break;
            case LockEffect.GiveUpLease e:
                Context.Parent.Tell(new LeaseMessage.GiveUp(e.Lease, default));
                break;
            case LockEffect.NoteUnknown e:
                _context.Log.LockOutcomeUnknown(_key.ToString(), e.Attempt.ToString(), e.Error.Message);
                break;
            case LockEffect.NoteAbandonedFound e:
                _context.Log.LockAbandonedFound(_key.ToString(), e.Attempt.ToString());
                break;
            case LockEffect.NoteLineClosed e:
                _context.Log.LockLineClosed(_key.ToString(), e.Error.Message);
                break;
        }
    }

    private void Send(EtcdOp.Txn txn, Func<TxnResult, LockMessage> success, Func<EtcdException, LockMessage> failure) =>
        _context.Etcd.TxnAsync(txn).PipeTo(Self, success: success, failure: error => failure(EtcdFailure.From(error)));

    private void SendForLine(EtcdOp.Txn txn, LockTicket ticket)
    {
        var sentAt = _context.Clock.Now;
        Send(txn, r => LockTransactions.LineAnswer(ticket, r, sentAt), x => new LockMessage.LineFailed(ticket.Attempt, ticket.Reads, x));
    }

    private void StopWatchingAhead()
    {
        if (_aheadWatcher is { } watcher)
        {
            Context.Stop(watcher);
            _aheadWatcher = null;
        }
    }

    private Bytes ValueFor(AttemptId attempt) => LockValue.Encode(_context.Options.Owner, attempt, _context.Clock.Provider.GetUtcNow());

    private Bytes ValueFor(LineTicket next) => LockValue.Encode(next.Owner, next.Attempt!.Value, _context.Clock.Provider.GetUtcNow());

    private void Answer(LockRequestId request, LockReply answer)
    {
        Timers.Cancel(request);
        if (_callers.Remove(request, out var caller))
        {
            caller.Tell(answer is LockReply.NotAcquired { Holder: null } ? new LockReply.NotAcquired(OwnHolder()) : answer);
        }
    }

    private LockHolder? OwnHolder() => _claim is { IsHeld: true }
        ? new LockHolder(_context.Options.Owner, _claim.Token.Value, _claim.Lease, null, IsForeign: false)
        : null;

    private LockReply OutOfTime() => _state switch
    {
        { LastError: { } error } => new LockReply.Failed(new CoordinationException(
            error.Kind, $"The lock '{_key}' was not acquired in time: {error.Message}", error)),
        { Lease: null, Phase: LockPhase.Idle } => new LockReply.Failed(new CoordinationException(
            (_context.Session.LastError as CoordinationException)?.Kind ?? CoordinationErrorKind.Unavailable,
            $"The lock '{_key}' was not acquired in time: etcd could not be used (endpoints {string.Join(", ", _context.Etcd.Endpoints)}): "
            + (_context.Session.LastError?.Message ?? "no answer to the grant of a lease"),
            _context.Session.LastError)),
        { Holder: null, Phase: LockPhase.Attempting or LockPhase.Looking } => new LockReply.Failed(new CoordinationException(
            CoordinationErrorKind.Timeout,
            $"The lock '{_key}' was not acquired in time: etcd has not answered (etcd {string.Join(", ", _context.Etcd.Endpoints)})")),
        _ => new LockReply.NotAcquired(_state.Holder),
    };

    private TimeSpan Delay(LockEffect.SetTimer e) => e.Timer switch
    {
        LockTimer.Retry => BackoffPolicy.Default.After(e.Failures, Random.Shared),
        LockTimer.Fallback => _context.Options.Locks.FallbackInterval * (1 + (0.5 * Random.Shared.NextDouble())),
        LockTimer.DeadHead => LockOptions.DeadHeadDelay * (1 + (0.5 * Random.Shared.NextDouble())),
        LockTimer.Line => BackoffPolicy.Default.After(e.Failures, Random.Shared),
        LockTimer.WatchAhead => LockOptions.WatchAheadDelay,
        LockTimer.OwnKeyWatch => _context.Options.Locks.OwnKeyWatchDelay,
        _ => LockOptions.ConfirmInterval,
    };

    private sealed record TimedOut(LockRequestId Request);
}
