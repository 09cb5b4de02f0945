using System.Diagnostics;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Time;
using Coordination.Watches;

namespace Coordination.Locks.Line;

/// <summary>Owns one lock: runs the effects of <see cref="LineTurn"/>, turns what comes back into messages, answers each request once.</summary>
internal sealed class LockActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly LockName _name;
    private readonly LineSettings _settings;
    private readonly LineWrites _writes;
    private readonly LockWaits _waits;
    private readonly Dictionary<LockRequestId, Caller> _callers = [];
    private readonly Dictionary<LockRequestId, LockClaim> _claims = [];
    private Dictionary<KeyRange, IActorRef>? _watchers;
    private LineState _state = LineState.Initial;
    private SessionEvent.Opened? _open;
    private IActorRef? _session;
    private Activity? _turn;
    private bool _isClosing;
    private bool _saidIdle;
    private bool _failed;

    public LockActor(CoordinationContext context, LockName name, SessionEvent.Opened? open, bool hasInbox)
    {
        _context = context;
        _name = name;
        _open = name.OwnTtl is null ? open : null;
        var options = context.Options.Locks;
        _settings = new LineSettings(options.MaxWaiters, options.MaxInLine, IsTold: name.OwnTtl is null);
        _writes = LineWrites.Of(name, context.Options, context.Clock.Provider);
        _waits = new LockWaits(context.Metrics, NameTag);
        _state = LineState.Initial with { HasInbox = hasInbox && name.OwnTtl is null };
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsIdle => _state.IsIdle && _callers.Count == 0;

    private string NameTag => _context.Metrics.HasNames ? _name.Name : "";

    /// <summary>The actor of one lock.</summary>
    /// <param name="context">What all actors share.</param>
    /// <param name="name">The lock.</param>
    /// <param name="open">The session, when there is one.</param>
    /// <param name="hasInbox">Whether the inbox of the session is watched.</param>
    public static Props PropsFor(CoordinationContext context, LockName name, SessionEvent.Opened? open, bool hasInbox = false) =>
        Made.By(() => new LockActor(context, name, open, hasInbox));

    protected override void PreStart()
    {
        if (_name.OwnTtl is { } ttl)
        {
            _session = Context.ActorOf(SessionActor.PropsFor(_context, new LeaseSettings(ttl, _context.Options.ClockRateBound) { Delay = _name.OwnDelay }));
            Context.Watch(_session);
        }
        else if (_open is { } open)
        {
            Handle(new LineMessage.SessionOpened(new LockLease(open.Lease.Id, open.Lease.Ttl)));
        }
    }

    // One that fails takes its session with it: its holders have lost their locks.
    protected override void PostStop() => AnswerAll(_failed ? LossReason.Aborted : LossReason.Stopped);

    protected override void OnReceive(object message)
    {
        // Until the message is dealt with it has failed; a throw leaves it so.
        _failed = true;
        if (_isClosing && message is not Terminated)
        {
            if (message is IAnsweredRequest request)
            {
                Sender.Tell(request.Refusal(Refusals.Stopping()));
            }
        }
        else
        {
            OnOpen(message);
            TellIfIdle();
        }

        _failed = false;
    }

    private void OnOpen(object message)
    {
        switch (message)
        {
            case LocksCommand.Acquire m:
                OnAcquire(m);
                break;
            case LocksCommand.Cancel m:
                Handle(new LineMessage.Withdraw(m.Request, new LockReply.Withdrawn()));
                break;
            case LocksCommand.Release m:
                _saidIdle = false;
                _callers[m.Request] = new Caller(Sender, m.Trace);
                Handle(new LineMessage.Release(m.Request), m.Trace);
                break;
            case Written m:
                Handle(_writes.Understand(m));
                break;
            case TimedOut m:
                Handle(new LineMessage.Withdraw(m.Request, OutOfTime()));
                break;
            case HoldOver m when _claims.TryGetValue(m.Request, out var claim):
                claim.End(LossReason.HoldLimit);
                Handle(new LineMessage.Release(m.Request));
                break;
            case SessionEvent when _session is not null && !Sender.Equals(_session):
                break;
            case SessionEvent.Opened m:
                _open = m;
                Handle(new LineMessage.SessionOpened(new LockLease(m.Lease.Id, m.Lease.Ttl)));
                break;
            case SessionEvent.Lost m:
                Handle(new LineMessage.SessionLost(m.Lease, m.Reason));
                break;
            case WatchEvent m when _watchers?.ContainsValue(Sender) == true:
                OnWatch(m);
                break;
            case LineMessage m:
                Handle(m);
                break;
            case WatchEvent or SessionEvent or HoldOver:
                break;
            case LocksCommand.EndIfIdle when IsIdle:
            case LocksCommand.Close:
                End();
                break;
            case LocksCommand.EndIfIdle:
                Context.Parent.Tell(new LocksCommand.StillBusy(_name));
                break;
            case Terminated m when m.ActorRef.Equals(_session):
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void TellIfIdle()
    {
        if (IsIdle && !_saidIdle && !_isClosing)
        {
            _saidIdle = true;
            Context.Parent.Tell(new LocksCommand.Idle(_name));
        }
    }

    private void OnAcquire(LocksCommand.Acquire m)
    {
        _saidIdle = false;
        _callers[m.Request] = new Caller(Sender, m.Trace);
        if (m.Timeout is { } timeout)
        {
            Timers.StartSingleTimer(m.Request, new TimedOut(m.Request), timeout);
        }

        _waits.Asked(m.Request, m.Terms.Mode.Kind());
        Handle(new LineMessage.Acquire(m.Request, m.Terms, m.IsTry), m.Trace);
    }

    private void OnWatch(WatchEvent told)
    {
        switch (told)
        {
            case WatchEvent.Started e:
                Handle(new LineMessage.WatchBegan(_watchers!.First(w => w.Value.Equals(Sender)).Key, e.Revision));
                break;
            case WatchEvent.Changed e:
                foreach (var change in e.Events)
                {
                    Handle(new LineMessage.Changed(change.Current.Key, change.IsDelete ? null : change.Current, change.Current.ModRevision));
                }

                break;
            case WatchEvent.Resynced { Reason: ResyncReason.HistoryReplaced or ResyncReason.ClusterChanged }:
                Handle(new LineMessage.HistoryReplaced());
                break;
            case WatchEvent.Resynced:
                Handle(new LineMessage.HistoryCut());
                break;
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
        foreach (var claim in _claims.Values)
        {
            claim.End(reason);
        }

        foreach (var caller in _callers.Values)
        {
            caller.Ref.Tell(new LockReply.Failed(Refusals.Stopping()));
        }

        _callers.Clear();
    }

    private void Handle(LineMessage message, Activity? trace = null)
    {
        var turn = LineTurn.Of(_name, _settings, () => AttemptId.New(_context.Random), _state, _open?.Lease.ValidFor ?? TimeSpan.Zero);
        turn.Handle(message);
        _state = turn.State;
        _turn = trace;
        foreach (var effect in turn.Effects)
        {
            Run(effect);
        }

        _turn = null;
        _waits.Look(_state.IsTaken);
    }

    private void Run(LineEffect effect)
    {
        switch (effect)
        {
            case LineEffect.Submit e:
                Submit(e.Op);
                break;
            case LineEffect.StartWatch e:
                (_watchers ??= []).Add(e.Keys, Context.ActorOf(WatcherActor.FromNow(_context, e.Keys)));
                break;
            case LineEffect.StopWatch e:
                _watchers!.Remove(e.Keys, out var watcher);
                Context.Stop(watcher!);
                break;
            case LineEffect.SetTimer { Timer: LineTimer.OwnWatch }:
                Context.Parent.Tell(new LocksCommand.RemindHolder(_name));
                break;
            case LineEffect.SetTimer e:
                Timers.StartSingleTimer(e.Timer, new LineMessage.TimerFired(e.Timer), Delay(e));
                break;
            case LineEffect.SetLookTimer e:
                Timers.StartSingleTimer(LineTimer.Look, new LineMessage.TimerFired(LineTimer.Look), Delay(e.Delay));
                break;
            case LineEffect.Grant e:
                Grant(e);
                break;
            case LineEffect.Reply e:
                Answer(e.Request, e.Answer);
                break;
            case LineEffect.Lose e when _claims.Remove(e.Request, out var lost):
                lost.End(e.Reason);
                _context.Log.LockLost(lost.Key.ToString(), lost.Token.Value, e.Reason);
                break;
            case LineEffect.VerifyLease e:
                (_session ?? Context.Parent).Tell(new LeaseMessage.Verify(e.Lease, default));
                break;
            case LineEffect.GiveUpLease e:
                (_session ?? Context.Parent).Tell(new LeaseMessage.GiveUp(e.Lease, default, e.Reason));
                break;
            case LineEffect.WantInbox:
                Context.Parent.Tell(new LocksCommand.WantInbox());
                break;
            case LineEffect.NoteLineClosed e:
                _context.Log.LockLineClosed(_name.Name, e.Error.Message);
                break;
        }
    }

    private void Submit(LineOp op)
    {
        if (op is LineOp.Leave or LineOp.Give or LineOp.Pass && Releasing(op) is { } token)
        {
            _context.Log.LockReleased(_name.Name, token.Value);
        }

        _open!.Journal.Tell(new JournalMessage.Submit(_writes.Write(op, Self) with { Trace = TraceOf(op) }));
    }

    private static Revision? Releasing(LineOp op) => op switch
    {
        LineOp.Leave leave => leave.Tenure.Token,
        LineOp.Give give => give.Tenure.Token,
        LineOp.Pass pass => pass.Tenure.Token,
        _ => null,
    };

    /// <summary>The span of who asked for this turn, or for whom the entry is.</summary>
    private Activity? TraceOf(LineOp op) =>
        _turn ?? (_state.Entries.Find(e => e.Attempt == op.Attempt)?.For is { } waiter && _callers.TryGetValue(waiter.Request, out var caller) ? caller.Trace : null);

    private void Grant(LineEffect.Grant e)
    {
        var lease = _open!.Lease;
        var limit = e.Terms.MaxHold is { } hold ? new LeaseValidity(e.Lease, hold, _context.Clock.Now + hold, _context.Clock, _context.Log) : null;
        var key = _name.Form == LockForm.Mutex ? _name.Key : _name.KeyOf(e.Terms.Mode, e.Lease, e.Attempt);
        var claim = _claims[e.Request] = new LockClaim(key, e.Request, e.Tenure.Token, lease, _context.Log, limit)
        {
            Owner = e.Terms.Owner, Keeper = Self, Measured = LockHold.Begin(_context.Metrics, e.Terms.Mode.Kind(), NameTag),
        };
        _context.Log.LockAcquired(key, e.Tenure.Token.Value, e.Lease);
        if (limit is not null)
        {
            _context.LossAlarm.Add(limit);

            // Its holder gets the margin to stop before the lock goes to the next one.
            Timers.StartSingleTimer(new HoldOver(e.Request), new HoldOver(e.Request), limit.Ttl + LeaseSettings.Margin(lease.Ttl));
        }

        Answer(e.Request, new LockReply.Acquired(claim, e.Terms, e.Tenure.Floor));
    }

    private void Answer(LockRequestId request, LockReply answer)
    {
        if (answer is LockReply.Released && _claims.Remove(request, out var released) && released.HasLimit)
        {
            Timers.Cancel(new HoldOver(request));
        }

        _waits.Answered(request, LockOutcome.Of(answer));
        if (_callers.Remove(request, out var caller))
        {
            Timers.Cancel(request);
            caller.Ref.Tell(answer is LockReply.NotAcquired { Holder: null } ? new LockReply.NotAcquired(OwnHolder()) : answer);
        }
    }

    private LockHolder? OwnHolder()
    {
        foreach (var claim in _claims.Values)
        {
            if (claim.IsHeld)
            {
                return new LockHolder(claim.Owner ?? _context.Options.Owner, claim.Token.Value, claim.Lease, null, IsForeign: false);
            }
        }

        return null;
    }

    private LockReply OutOfTime() => _state switch
    {
        { LastError: { } error } => new LockReply.Failed(Refusals.LateAfter(error, _name)),
        { Lease: null, Entries.IsEmpty: true } => new LockReply.Failed(Refusals.LateWithoutLease(_context, _name)),
        { Holder: null } when _state.Entries.Exists(e => e.Phase is EntryPhase.Doing { Op: LineOp.Enter }) => new LockReply.Failed(Refusals.LateWithoutAnswer(_context, _name)),
        _ => new LockReply.NotAcquired(_state.Holder),
    };

    private TimeSpan Delay(LineEffect.SetTimer e) => e.Timer switch
    {
        LineTimer.Retry => BackoffPolicy.Default.After(e.Failures, _context.Random),
        _ => LockOptions.ConfirmInterval,
    };

    private TimeSpan Delay(LookDelay delay) => delay switch
    {
        LookDelay.Watch => LockOptions.WatchDelay,
        LookDelay.DeadHead => LockOptions.DeadHeadDelay * (1 + (0.5 * _context.Random.NextDouble())),
        _ => _context.Options.Locks.FallbackInterval * (1 + (0.5 * _context.Random.NextDouble())),
    };

    private readonly record struct Caller(IActorRef Ref, Activity? Trace);

    private sealed record TimedOut(LockRequestId Request);

    private sealed record HoldOver(LockRequestId Request);
}
