using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Leases;

/// <summary>Owns one lease from its grant to its end: runs the effects of <see cref="LeaseMachine"/> and turns results into messages. Tells its parent.</summary>
internal sealed class LeaseActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly LeaseMachine _machine;
    private LeaseState _state = new LeaseState.Idle();
    private LeaseValidity? _validity;
    private LeaseTimer? _retry;
    private Instant? _renewalDue;
    private LeaseId? _givingBack;

    public LeaseActor(CoordinationContext context, LeaseSettings settings)
    {
        _context = context;
        _machine = new LeaseMachine(settings, () => LeaseId.NewRandom(context.Random));
        Settings = settings;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private LeaseSettings Settings { get; }

    public static Props PropsFor(CoordinationContext context, LeaseSettings settings) =>
        Made.By(() => new LeaseActor(context, settings));

    protected override void PreStart() => Self.Tell(new LeaseMessage.Acquire(_context.Clock.Now));

    protected override void OnReceive(object message)
    {
        if (message is LeaseMessage m)
        {
            if (m is LeaseMessage.TimerFired fired && fired.Timer == _retry)
            {
                ForgetRetry();
            }

            // Timers and commands were stamped when they were made; what counts is the time they are acted on.
            Measure(m);
            var (state, effects) = _machine.Handle(_state, m with { Now = _context.Clock.Now });
            _state = state;
            foreach (var effect in effects)
            {
                Run(effect);
            }
        }
        else if (message is EtcdAnswers)
        {
            if (_retry is { } timer && Timers.IsTimerActive(timer))
            {
                Timers.StartSingleTimer(timer, new LeaseMessage.TimerFired(timer, default), _context.EtcdReturn.Jitter);
            }
        }
        else
        {
            Unhandled(message);
        }
    }

    protected override void PostStop()
    {
        _context.EtcdReturn.Forget(this);
        _validity?.Lose(LossReason.Aborted);
        ReportGivenBack("etcd did not answer in time");
    }

    private void Report(LeaseId lease, LossReason reason)
    {
        if (reason == LossReason.Released)
        {
            // It is given back when etcd says so.
            _givingBack = lease;
        }
        else
        {
            _context.Log.LeaseLost(lease, reason);
        }
    }

    private void ReportGivenBack(string? error)
    {
        if (_givingBack is not { } lease)
        {
            return;
        }

        _givingBack = null;
        if (error is null)
        {
            _context.Log.LeaseGivenBack(lease);
        }
        else
        {
            _context.Log.LeaseNotGivenBack(lease, error);
        }
    }

    private void NoteSent(Instant sentAt)
    {
        if (_renewalDue is { } due)
        {
            _renewalDue = null;
            _context.Metrics.LeaseRenewalSent(sentAt - due);
        }
    }

    /// <summary>The reply to a renewal carries when it was sent.</summary>
    private void Measure(LeaseMessage message)
    {
        switch (message)
        {
            case LeaseMessage.Renewed m:
                _context.Metrics.LeaseRenewed(m.SentAt, isGone: m.Ttl <= TimeSpan.Zero);
                _validity?.Note(null);
                break;
            case LeaseMessage.RenewalFailed m:
                _context.Metrics.LeaseRenewalFailed(m.Now);
                _validity?.Note(m.Error.Message);
                break;
            case LeaseMessage.RevokeEnded m:
                ReportGivenBack(m.Error is { Kind: not CoordinationErrorKind.LeaseNotFound } error ? error.Message : null);
                break;
        }
    }

    private void AwaitEtcd(LeaseTimer retry)
    {
        var self = Self;
        _retry = retry;
        _context.EtcdReturn.Await(this, () => self.Tell(EtcdAnswers.Message, ActorRefs.NoSender));
    }

    private void ForgetRetry()
    {
        _retry = null;
        _context.EtcdReturn.Forget(this);
    }

    private void Run(LeaseEffect effect)
    {
        switch (effect)
        {
            case LeaseEffect.SendGrant e:
                var grantSentAt = _context.Clock.Now;
                _context.Etcd.GrantLeaseAsync(Settings.Asked, e.Id).PipeTo(
                    Self,
                    success: granted => new LeaseMessage.Granted(grantSentAt, granted.Ttl, grantSentAt),
                    failure: error => new LeaseMessage.GrantFailed(EtcdFailure.From(error), grantSentAt));
                break;
            case LeaseEffect.SendKeepAlive e:
                var sentAt = _context.Clock.Now;
                NoteSent(sentAt);
                _context.Renewals.RenewAsync(e.Id, e.Timeout).PipeTo(
                    Self,
                    success: renewed => new LeaseMessage.Renewed(sentAt, renewed.Ttl, sentAt),
                    failure: error => new LeaseMessage.RenewalFailed(EtcdFailure.From(error), sentAt));
                break;
            case LeaseEffect.SendRevoke e:
                var revokedAt = _context.Clock.Now;
                _context.Etcd.RevokeLeaseAsync(e.Id).PipeTo(
                    Self,
                    success: _ => new LeaseMessage.RevokeEnded(null, revokedAt),
                    failure: error => new LeaseMessage.RevokeEnded(EtcdFailure.From(error), revokedAt));
                break;
            case LeaseEffect.SetTimer e:
                if (e.Timer == _retry)
                {
                    ForgetRetry();
                }

                if (e.Timer == LeaseTimer.Renew)
                {
                    _renewalDue = _context.Clock.Now + e.After;
                }

                Timers.StartSingleTimer(e.Timer, new LeaseMessage.TimerFired(e.Timer, default), e.After);
                break;
            case LeaseEffect.SetRetryTimer e:
                Timers.StartSingleTimer(
                    e.Timer, new LeaseMessage.TimerFired(e.Timer, default), BackoffPolicy.Default.After(e.Failures, _context.Random));
                AwaitEtcd(e.Timer);
                break;
            case LeaseEffect.CancelTimers:
                ForgetRetry();
                Timers.CancelAll();
                break;
            case LeaseEffect.Open e:
                _validity = new LeaseValidity(e.Id, e.Ttl, e.Deadline, _context.Clock, _context.Log);
                _context.LossAlarm.Add(_validity);
                _context.Log.LeaseOpened(e.Id, e.Ttl);
                Context.Parent.Tell(new LeaseEvent.Opened(_validity));
                break;
            case LeaseEffect.Extend e:
                if (!_validity!.TryExtend(e.Deadline))
                {
                    // It ran out between the clock reading of this turn and now.
                    Self.Tell(new LeaseMessage.ClaimRanOut(_context.Clock.Now));
                }

                break;
            case LeaseEffect.Lose e:
                _validity?.Lose(e.Reason);
                _context.Metrics.LeaseLost(e.Reason);
                Report(_validity?.Id ?? LeaseId.None, e.Reason);
                break;
            case LeaseEffect.Tell e:
                Context.Parent.Tell(e.Event);
                break;
            case LeaseEffect.End:
                Context.Stop(Self);
                break;
        }
    }
}
