using System.Diagnostics;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Journal;
using Coordination.Leases;
using Coordination.Time;
using Coordination.Watches;

namespace Coordination.Elections;

/// <summary>
/// Owns one candidacy, with a lease of its own: runs the effects of <see cref="CandidateMachine"/>, turns results into messages, answers each
/// request once.
/// </summary>
internal sealed class CandidateActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly Campaigning _campaigning;
    private readonly CandidateMachine _machine;
    private readonly CandidateRequests _etcd;
    private readonly Dictionary<ElectionRequestId, IActorRef> _callers = [];
    private readonly Dictionary<CandidateWatch, IActorRef> _watchers = [];
    private readonly LeaseSettings _leaseSettings;
    private Activity? _turn;
    private IActorRef? _campaigner;
    private IActorRef? _session;
    private IActorRef _journal = ActorRefs.Nobody;
    private CandidateState _state;
    private LeaseValidity? _lease;
    private LeadershipClaim? _claim;

    public CandidateActor(CoordinationContext context, Campaigning campaigning, IActorRef campaigner)
    {
        _context = context;
        _campaigning = campaigning;
        _campaigner = campaigner;
        _machine = new CandidateMachine(campaigning.Card);
        _etcd = new CandidateRequests(context.Etcd, new ElectionKeys(campaigning.Election), campaigning.Card, new StrayKeys(campaigning.Election, context.Log).Met);
        _leaseSettings = new LeaseSettings(campaigning.Ttl, context.Options.ClockRateBound);
        _state = CandidateState.Initial(campaigning.Value);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan ValidFor => _lease?.ValidFor ?? TimeSpan.Zero;

    public static Props PropsFor(CoordinationContext context, Campaigning campaigning, IActorRef campaigner) =>
        Made.By(() => new CandidateActor(context, campaigning, campaigner));

    protected override void PreStart()
    {
        _session = Context.ActorOf(SessionActor.PropsFor(_context, _leaseSettings));
        Context.Watch(_session);
        if (_campaigning.Host is { } host)
        {
            Context.Watch(host);
        }
    }

    protected override void PostStop()
    {
        _claim?.End(LossReason.Released, isNews: true);
        var stopped = new ElectionReply.Failed(new CoordinationException(CoordinationErrorKind.Stopped, "The candidacy was stopped"));
        _campaigner?.Tell(stopped);
        foreach (var caller in _callers.Values)
        {
            caller.Tell(stopped);
        }

        // Not by the rules: it failed, or the system has no time left. The lease goes now, or by itself.
        if (_state.Phase is not CandidatePhase.Ended && _lease is not null)
        {
            _context.Etcd.RevokeLeaseAsync(_lease.Id).PipeTo(
                Context.Parent, success: _ => new CandidateNews.Revoked(), failure: _ => new CandidateNews.Revoked());
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ElectionsCommand.ForCandidacy m:
                OnCommand(m);
                break;
            case ElectionsCommand.Close:
                Handle(new CandidateMessage.Stop(_campaigning.Drains));
                break;
            case SessionEvent.Opened m:
                (_lease, _journal) = (m.Lease, m.Journal);
                Handle(new CandidateMessage.SessionOpened(new CandidateLease(m.Lease.Id, m.Lease.Ttl)));
                break;
            case SessionEvent.Lost m:
                _journal = ActorRefs.Nobody;
                Handle(new CandidateMessage.SessionLost(m.Lease, m.Reason));
                break;
            case SessionEvent.NotYetOpened:
                break;
            case WatchEvent m:
                foreach (var fact in CandidateFacts.From(m, WatchOf(Sender), _etcd.Keys))
                {
                    Handle(fact);
                }

                break;
            case Written { Write.Tag: CandidateEffect.Call call } m:
                Handle(m switch
                {
                    Written.Answered a => _etcd.Answered(call, a.Result),
                    Written.Settled s => CandidateRequests.Settled(call, s.Shown),
                    Written.Refused r => new CandidateMessage.Failed(call, r.Error),
                    _ => throw new UnreachableException(),
                });
                break;
            case CandidateMessage m:
                Handle(m);
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(_campaigning.Host))
        {
            // Whichever applies: it waits, or it leads.
            Handle(new CandidateMessage.Withdraw(new ElectionReply.Withdrawn()));
            Handle(new CandidateMessage.Resign(ElectionRequestId.Next()));
        }
        else if (_state.Phase is CandidatePhase.Closing)
        {
            Handle(new CandidateMessage.SessionEnded());
        }
        else
        {
            throw new InvalidOperationException("The session of a candidacy ended by itself.");
        }
    }

    private CandidateWatch? WatchOf(IActorRef watcher)
    {
        foreach (var (watch, actor) in _watchers)
        {
            if (actor.Equals(watcher))
            {
                return watch;
            }
        }

        return null;
    }

    private void OnCommand(ElectionsCommand.ForCandidacy command)
    {
        if (command is ElectionsCommand.Withdraw)
        {
            Handle(new CandidateMessage.Withdraw(new ElectionReply.Withdrawn()));
            return;
        }

        var request = ElectionRequestId.Next();
        _callers[request] = Sender;
        _turn = command.Trace;
        Handle(command switch
        {
            ElectionsCommand.Proclaim m => new CandidateMessage.Proclaim(request, m.Value),
            ElectionsCommand.Transfer m => new CandidateMessage.Transfer(request, m.To),
            _ => new CandidateMessage.Resign(request),
        });
        _turn = null;
    }

    private void Handle(CandidateMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message switch
        {
            CandidateMessage.Entered m => m with { ValidFor = ValidFor },
            CandidateMessage.Looked m => m with { ValidFor = ValidFor },
            CandidateMessage.TimerFired m => m with { ValidFor = ValidFor },
            _ => message,
        });
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }
    }

    private void Run(CandidateEffect effect)
    {
        switch (effect)
        {
            case CandidateEffect.Call e:
                Send(e, _turn ?? (_campaigner is null ? null : _campaigning.Trace));
                break;
            case CandidateEffect.StartWatch e:
                _watchers[e.Watch] = Context.ActorOf(e.Watch switch
                {
                    CandidateWatch.Own => WatcherActor.PropsFor(_context, _etcd.Keys.Candidate(_lease!.Id), e.From),
                    CandidateWatch.Predecessor => WatcherActor.FromNow(_context, e.Key),
                    _ => WatcherActor.PropsFor(_context, _etcd.Keys.Side, e.From),
                });
                break;
            case CandidateEffect.StopWatch e:
                if (_watchers.Remove(e.Watch, out var watcher))
                {
                    Context.Stop(watcher);
                }

                break;
            case CandidateEffect.SetTimer e:
                Timers.StartSingleTimer(e.Timer, new CandidateMessage.TimerFired(e.Timer, default), Delay(e));
                break;
            case CandidateEffect.CancelTimer e:
                Timers.Cancel(e.Timer);
                break;
            case CandidateEffect.Elect e:
                Elect(e);
                break;
            case CandidateEffect.EndClaim e:
                if (_claim!.End(e.Reason, e.IsNews) && e.IsNews)
                {
                    _context.Log.LeadershipLost(_campaigning.Election, _claim.Term.Value, _claim.Reason ?? e.Reason);
                }

                break;
            case CandidateEffect.AskToStepDown:
                _context.Log.StepDownRequested(_campaigning.Election, _claim!.Term.Value);
                _claim.AskToStepDown();
                break;
            case CandidateEffect.AnswerCampaign e:
                _campaigner?.Tell(e.Answer);
                _campaigner = null;
                break;
            case CandidateEffect.Reply e:
                Answer(e);
                break;
            case CandidateEffect.VerifyLease e:
                _session!.Tell(new LeaseMessage.Verify(e.Lease, default));
                break;
            case CandidateEffect.CloseSession:
                _session!.Tell(new SessionCommand.Close());
                break;
            case CandidateEffect.End:
                Context.Stop(Self);
                break;
            case CandidateEffect.Note e:
                _context.Log.CandidateNote(_campaigning.Election, e.What);
                break;
        }
    }

    private void Send(CandidateEffect.Call e, Activity? trace)
    {
        var write = _etcd.WriteOf(e, Self);
        if (write is not null && !_journal.IsNobody())
        {
            _journal.Tell(new JournalMessage.Submit(write with { Trace = trace }));
            return;
        }

        // Without a lease nothing but the key of an older one is left to be removed, which can be repeated.
        using var scope = TraceScope.Enter(trace);
        var reply = write is null ? _etcd.ReadAsync(e) : AnswerAsync(e, write);
        reply.PipeTo(Self, success: told => told, failure: error => new CandidateMessage.Failed(e, EtcdFailure.From(error)));
    }

    private async Task<CandidateMessage> AnswerAsync(CandidateEffect.Call e, Write write) =>
        _etcd.Answered(e, await _context.Etcd.TxnAsync(write.Txn).ConfigureAwait(false));

    private void Elect(CandidateEffect.Elect e)
    {
        _claim = new LeadershipClaim(
            _campaigning.Election, _campaigning.Candidacy, _etcd.Keys.Candidate(e.Lease), _campaigning.Value, e.Term, _lease!, _context.Log)
        {
            WhenOver = lost => _context.Metrics.TermOver(_campaigning.Election, lost),
        };
        _context.Metrics.Elected(_campaigning.Election);
        _context.Log.Elected(_campaigning.Election, e.Term.Value, e.Lease);
        _campaigner?.Tell(new ElectionReply.Elected(_claim));
        _campaigner = null;
    }

    private void Answer(CandidateEffect.Reply e)
    {
        if (e.Answer is ElectionReply.Proclaimed)
        {
            _claim!.Value = _state.Value;
        }

        if (_callers.Remove(e.Request, out var caller))
        {
            caller.Tell(e.Answer);
        }
    }

    private TimeSpan Delay(CandidateEffect.SetTimer e) => e.Timer switch
    {
        CandidateTimer.Retry => BackoffPolicy.Default.After(e.Failures, _context.Random),
        CandidateTimer.Fallback => _context.Options.Elections.FallbackInterval * (1 + (0.5 * _context.Random.NextDouble())),

        // What is left of the time to stop is for removing the key.
        CandidateTimer.Drain => _context.Options.StopTimeout * 0.6,
        _ => ElectionOptions.ConfirmInterval,
    };
}

/// <summary>What a CandidateActor tells its parent.</summary>
internal abstract record CandidateNews
{
    private CandidateNews()
    {
    }

    /// <summary>The lease of one that ended against the rules was revoked, as far as that is possible.</summary>
    public sealed record Revoked : CandidateNews;
}
