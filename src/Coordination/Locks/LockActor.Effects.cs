using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;
using Coordination.Watches;

namespace Coordination.Locks;

/// <content>What the machine wants done.</content>
internal sealed partial class LockActor
{
    private void Run(LockEffect effect)
    {
        switch (effect)
        {
            case LockEffect.SendAttempt e:
                SendTimed(
                    _transactions.Attempt(e, ValueFor(e.Attempt).Encode()), (r, sentAt) => LockTransactions.AttemptAnswer(e, r, sentAt), x => new LockMessage.AttemptFailed(e.Attempt, x));
                break;
            case LockEffect.SendRelease e:
                // When the guard fails the key is not ours any more, which is what was wanted.
                _context.Log.LockReleased(_id.Key.ToString(), e.Token.Value);
                Send(_transactions.Release(e), r => new LockMessage.ReleaseDone(e.Token, r.Header.Revision), x => new LockMessage.ReleaseFailed(e.Token, x));
                break;
            case LockEffect.SendReleaseIfAlone e:
                _context.Log.LockReleased(_id.Key.ToString(), e.Token.Value);
                Send(
                    _transactions.ReleaseIfAlone(e),
                    r => LockTransactions.ReleaseIfAloneAnswer(e, r, _context.Clock.Now),
                    x => new LockMessage.ReleaseFailed(e.Token, x));
                break;
            case LockEffect.SendHandOver e:
                _context.Log.LockReleased(_id.Key.ToString(), e.Token.Value);
                Send(
                    _transactions.HandOver(e, ValueFor(e.Next)),
                    r => LockTransactions.HandOverAnswer(e, r, _context.Clock.Now),
                    x => new LockMessage.ReleaseFailed(e.Token, x));
                break;
            case LockEffect.SendPass e:
                _context.Log.LockReleased(_id.Key.ToString(), e.Token.Value);
                SendTimed(
                    _transactions.Pass(e, ValueFor(e.Attempt).Encode()),
                    (r, sentAt) => LockTransactions.PassAnswer(e, r, sentAt, _context.Clock.Now),
                    x => new LockMessage.PassFailed(e.Attempt, x));
                break;
            case LockEffect.SendTicket e:
                if (_id.OwnTtl is null && !_state.HasInbox)
                {
                    // Whoever waits once may wait again: next time it is told when its turn comes.
                    Context.Parent.Tell(new LocksCommand.WantInbox());
                }

                SendForLine(_transactions.Ticket(e, ValueFor(e.Ticket.Attempt)), e.Ticket);
                break;
            case LockEffect.SendLineRead e:
                SendForLine(_transactions.LineRead(e.Ticket), e.Ticket);
                break;
            case LockEffect.SendLeave e:
                Send(_transactions.Leave(e.Ticket), r => LockTransactions.LeaveAnswer(e.Ticket, r), x => new LockMessage.LeaveFailed(e.Ticket.Attempt, x));
                break;
            case LockEffect.SendRead:
                Look(_context.Etcd.GetAsync(new EtcdOp.Get(_id.Key)));
                break;
            case LockEffect.SweepLine e:
                // Whatever becomes of it: it is done again.
                _transactions.SweepAsync(_context.Etcd, e.Lease, e.Keep).PipeTo(Self, success: () => new Swept(), failure: _ => new Swept());
                break;
            case LockEffect.SendRecovery e:
                Look(_transactions.RecoverAsync(_context.Etcd, e.Lease));
                break;
            case LockEffect.StartWatch e:
                _watcher = Context.ActorOf(
                    e.From == Revision.None ? WatcherActor.FromNow(_context, _id.Key) : WatcherActor.PropsFor(_context, _id.Key, e.From));
                break;
            case LockEffect.WatchAhead e:
                StopWatchingAhead();
                _aheadKey = e.Key;
                _aheadWatcher = Context.ActorOf(WatcherActor.FromNow(_context, e.Key));
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
                Grant(e);
                break;
            case LockEffect.Reply e:
                Answer(e.Request, e.Answer);
                break;
            case LockEffect.Lose e:
                _claim!.End(e.Reason);
                _context.Log.LockLost(_id.Key.ToString(), _claim.Token.Value, e.Reason);
                break;
            case LockEffect.VerifyLease e:
                Session.Tell(new LeaseMessage.Verify(e.Lease, default));
                break;
            case LockEffect.GiveUpLease e:
                Session.Tell(new LeaseMessage.GiveUp(e.Lease, default, e.Reason));
                break;
            case LockEffect.NoteUnknown e:
                _context.Log.LockOutcomeUnknown(_id.Key.ToString(), e.Attempt.ToString(), e.Error.Message);
                break;
            case LockEffect.NoteAbandonedFound e:
                _context.Log.LockAbandonedFound(_id.Key.ToString(), e.Attempt.ToString());
                break;
            case LockEffect.NoteLineClosed e:
                _context.Log.LockLineClosed(_id.Key.ToString(), e.Error.Message);
                break;
        }
    }

    private void Send(EtcdOp.Txn txn, Func<TxnResult, LockMessage> success, Func<EtcdException, LockMessage> failure)
    {
        using var trace = TraceScope.Enter(Trace);
        _context.Etcd.TxnAsync(txn).PipeTo(Self, success: success, failure: error => failure(EtcdFailure.From(error)));
    }

    /// <summary>Sends what says something about the time at which it was sent.</summary>
    private void SendTimed(EtcdOp.Txn txn, Func<TxnResult, Instant, LockMessage> success, Func<EtcdException, LockMessage> failure)
    {
        var sentAt = _context.Clock.Now;
        Send(txn, r => success(r, sentAt), failure);
    }

    private void Look(Task<GetResult> reading) => reading.PipeTo(
        Self,
        success: result => new LockMessage.KeyRead(result.First, result.Header.Revision, default),
        failure: error => new LockMessage.ReadFailed(EtcdFailure.From(error)));

    private void SendForLine(EtcdOp.Txn txn, LockTicket ticket) => SendTimed(
        txn, (r, sentAt) => LockTransactions.LineAnswer(ticket, r, sentAt), x => new LockMessage.LineFailed(ticket.Attempt, ticket.Reads, x));

    private void StopWatchingAhead()
    {
        if (_aheadWatcher is { } watcher)
        {
            Context.Stop(watcher);
            _aheadWatcher = null;
        }
    }

    private void Grant(LockEffect.Grant e)
    {
        var terms = TermsOf(e.Request);
        var limit = terms.MaxHold is { } hold
            ? new LeaseValidity(e.Lease, hold, _context.Clock.Now + hold, _context.Clock, _context.Log)
            : null;
        _claim = new LockClaim(_id.Key, e.Request, e.Token, _lease!, _context.Log, limit)
        {
            Owner = terms.Owner, Keeper = Self, Measured = LockHold.Begin(_context.Metrics, LockKind.Mutex, NameTag),
        };
        _context.Log.LockAcquired(_id.Key.ToString(), e.Token.Value, e.Lease);
        if (limit is not null)
        {
            _context.LossAlarm.Add(limit);

            // Its holder gets the margin to stop before the lock goes to the next one.
            Timers.StartSingleTimer("hold", new HoldOver(e.Request), limit.Ttl + LeaseSettings.Margin(_lease!.Ttl));
        }

        Answer(e.Request, new LockReply.Acquired(_claim));
    }

    /// <summary>The value names the one in front, for whom the attempt is made.</summary>
    private LockValue ValueFor(AttemptId attempt) => LockValue.For(
        (_state.Waiters.IsEmpty ? null : TermsOf(_state.Waiters[0].Request).Owner) ?? _context.Options.Owner, attempt, _context.Clock.Provider.GetUtcNow());

    private LockValue ValueFor(LineTicket next) => LockValue.For(next.Owner, next.Attempt!.Value, _context.Clock.Provider.GetUtcNow());

    private TimeSpan Delay(LockEffect.SetTimer e) => e.Timer switch
    {
        LockTimer.Retry => BackoffPolicy.Default.After(e.Failures, Random.Shared),
        LockTimer.Fallback => _context.Options.Locks.FallbackInterval * (1 + (0.5 * Random.Shared.NextDouble())),
        LockTimer.DeadHead => LockOptions.DeadHeadDelay * (1 + (0.5 * Random.Shared.NextDouble())),
        LockTimer.Line => BackoffPolicy.Default.After(e.Failures, Random.Shared),
        LockTimer.Sweep => _context.Options.Locks.FallbackInterval,
        LockTimer.KeyWatch => LockOptions.WatchKeyDelay,
        LockTimer.WatchAhead => LockOptions.WatchAheadDelay,
        LockTimer.OwnKeyWatch => _context.Options.Locks.OwnKeyWatchDelay,
        _ => LockOptions.ConfirmInterval,
    };
}
