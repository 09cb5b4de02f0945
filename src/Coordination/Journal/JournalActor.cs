using System.Globalization;
using Coordination.Diagnostics;
using Coordination.Etcd;
using Coordination.Leases;
using Coordination.Time;

namespace Coordination.Journal;

/// <summary>
/// Makes the writes of one session: runs the effects of <see cref="JournalMachine"/>. A child of the session's actor, from the grant of
/// a lease to its end. It is told
/// <see cref="JournalMessage.Submit"/>; writers are told a <see cref="Written"/>.
/// </summary>
internal sealed class JournalActor : UntypedActor, IWithTimers
{
    private readonly CoordinationContext _context;
    private readonly LeaseId _lease;
    private readonly Bytes _fence;
    private readonly JournalMachine _machine;
    private JournalState _state = JournalState.Initial;

    public JournalActor(CoordinationContext context, LeaseId lease)
    {
        _context = context;
        _lease = lease;
        _fence = FenceOf(context.Options.Locks.WaitersPrefix, lease);
        var options = context.Options.Journal;
        _machine = new JournalMachine(new JournalLimits(options.MaxBatchesInFlight, options.MaxOperations, options.MaxBytes));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(CoordinationContext context, LeaseId lease) => Made.By(() => new JournalActor(context, lease));

    /// <summary>The fence of the session with this lease. No line's prefix contains the sign.</summary>
    public static Bytes FenceOf(string root, LeaseId lease) => string.Create(CultureInfo.InvariantCulture, $"{root}!{lease.Value:x16}");

    protected override void PostStop() => _context.EtcdReturn.Forget(this);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case JournalMessage m:
                Handle(m);
                break;
            case EtcdAnswers when Timers.IsTimerActive("pause"):
                Timers.StartSingleTimer("pause", new JournalMessage.PauseOver(), _context.EtcdReturn.Jitter);
                break;
            case EtcdAnswers:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Handle(JournalMessage message)
    {
        var (state, effects) = _machine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }
    }

    private void Run(JournalEffect effect)
    {
        switch (effect)
        {
            case JournalEffect.Send e:
                Send(e);
                break;
            case JournalEffect.MoveFence e:
                MoveFence(e);
                break;
            case JournalEffect.Tell e:
                e.Written.Write.Writer.Tell(e.Written);
                break;
            case JournalEffect.Pause e:
                var self = Self;
                Timers.StartSingleTimer("pause", new JournalMessage.PauseOver(), BackoffPolicy.Default.After(e.Failures, _context.Random));
                _context.EtcdReturn.Await(this, () => self.Tell(EtcdAnswers.Message, ActorRefs.NoSender));
                break;
            case JournalEffect.VerifyLease:
                Context.Parent.Tell(new LeaseMessage.Verify(_lease, default));
                break;
            case JournalEffect.GiveUpLease:
                Context.Parent.Tell(new LeaseMessage.GiveUp(_lease, default));
                break;
            case JournalEffect.NoteFenceless e:
                _context.Log.JournalFenceless(_lease, e.Error.Message);
                break;
            case JournalEffect.NoteLost e:
                _context.Log.JournalReplyLost(_lease, e.Batch.Writes.Length, e.Error.Message);
                break;
        }
    }

    private void Send(JournalEffect.Send e)
    {
        var sentAt = _context.Clock.Now;
        var batch = e.Batch;
        _context.Metrics.JournalBatch(batch.Writes.Length);

        // The spans of the others begin and end at their callers; a transaction can only have one parent.
        using var trace = TraceScope.Enter(batch.Writes[0].Trace);
        _context.Etcd.TxnAsync(JournalTransactions.Of(batch, _fence)).PipeTo(
            Self,
            success: answer => JournalTransactions.Read(answer, batch) is { } result
                ? new JournalMessage.Answered(batch.Id, result, sentAt)
                : new JournalMessage.Failed(batch.Id, JournalTransactions.Misunderstood(answer.Results.Length, batch.Writes.Length)),
            failure: error => new JournalMessage.Failed(batch.Id, EtcdFailure.From(error)));
    }

    private void MoveFence(JournalEffect.MoveFence e)
    {
        _context.Metrics.JournalFence();
        _context.Etcd.TxnAsync(JournalTransactions.Moving(_fence, _lease, e.Lost)).PipeTo(
            Self,
            success: result => JournalTransactions.ProblemOf(result, e.Lost) is { } problem
                ? new JournalMessage.FenceFailed(e.Move, problem)
                : new JournalMessage.FenceMoved(e.Move, result),
            failure: error => new JournalMessage.FenceFailed(e.Move, EtcdFailure.From(error)));
    }
}
