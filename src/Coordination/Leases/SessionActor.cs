using Coordination.Diagnostics;
using Coordination.Journal;
using Coordination.Time;

namespace Coordination.Leases;

/// <summary>
/// Keeps a lease open for its parent, with a journal of what is written on it: when one is lost it grants the next and tells of both. One carries the whole system by default; a lock or a
/// registration that wants a lease of its own has its own.
/// </summary>
internal sealed class SessionActor(CoordinationContext context, LeaseSettings settings) : UntypedActor, IWithTimers
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(1);

    private IActorRef? _lease;
    private IActorRef? _journal;
    private LeaseValidity? _validity;
    private bool _isClosing;
    private int _failures;
    private (string Error, Instant At)? _told;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context, LeaseSettings settings) => Made.By(() => new SessionActor(context, settings));

    // A failed LeaseActor is not restarted under its old lease: its successor gets a new one.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        context.Log.ActorFailed(error, "LeaseActor or JournalActor");
        return Directive.Stop;
    });

    protected override void PreStart() => Open();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LeaseEvent m when Sender.Equals(_lease):
                OnLease(m);
                break;
            case LeaseEvent:
                break;
            case LeaseMessage m:
                _lease?.Tell(m);
                break;
            case SessionCommand.Close:
                Close();
                break;
            case SessionCommand.OpenDue when _lease is null && !_isClosing:
                Open();
                break;
            case SessionCommand:
                break;
            case Terminated m:
                OnTerminated(m.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnLease(LeaseEvent told)
    {
        switch (told)
        {
            case LeaseEvent.Opened e:
                _failures = 0;
                _told = null;
                _validity = e.Validity;
                _journal = Context.ActorOf(JournalActor.PropsFor(context, e.Validity.Id));
                Context.Watch(_journal);
                Context.Parent.Tell(new SessionEvent.Opened(e.Validity, _journal));
                break;
            case LeaseEvent.NotYetOpened e:
                Report(e.Error.Message);
                Context.Parent.Tell(new SessionEvent.NotYetOpened(e.Error));
                break;
            case LeaseEvent.SuspicionChanged { IsSuspect: true } e:
                context.Log.LeaseSuspect(e.Lease);
                break;
            case LeaseEvent.SuspicionChanged e:
                context.Log.LeaseTrusted(e.Lease);
                break;
            case LeaseEvent.Lost e:
                // The lost one revokes itself and ends; the next one does not wait for that.
                TellLost(e.Reason);
                if (!_isClosing)
                {
                    Open();
                }

                break;
        }
    }

    /// <summary>An outage of an hour is no reason for thousands of lines: the same error is logged once in a while.</summary>
    private void Report(string error)
    {
        var now = context.Clock.Now;
        if (_told is { } told && told.Error == error && now - told.At < RepeatAfter)
        {
            return;
        }

        _told = (error, now);
        context.Log.LeaseNotYetOpened(error);
    }

    private void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(_journal) && _validity is { } current)
        {
            // It failed: nobody knows any more what was written. With the lease goes all of it.
            _lease?.Tell(new LeaseMessage.GiveUp(current.Id, default, LossReason.Aborted));
        }

        if (!actor.Equals(_lease))
        {
            return;
        }

        _lease = null;
        TellLost(LossReason.Expired);
        if (_isClosing)
        {
            Context.Stop(Self);
        }
        else
        {
            Timers.StartSingleTimer("open", new SessionCommand.OpenDue(), BackoffPolicy.Default.After(++_failures, context.Random));
        }
    }

    private void Open()
    {
        _lease = Context.ActorOf(LeaseActor.PropsFor(context, settings));
        Context.Watch(_lease);
    }

    private void Close()
    {
        _isClosing = true;
        Timers.CancelAll();
        if (_lease is null)
        {
            Context.Stop(Self);
        }
        else
        {
            _lease.Tell(new LeaseMessage.Release(context.Clock.Now));
        }
    }

    private void TellLost(LossReason reason)
    {
        if (_validity is { } lost)
        {
            _validity = null;
            Context.Unwatch(_journal!);
            Context.Stop(_journal!);
            Context.Parent.Tell(new SessionEvent.Lost(lost.Id, reason));
        }
    }
}
