using Coordination.Etcd;
using Coordination.Locks;
using Coordination.Time;

namespace Coordination.Tests.Locks;

/// <summary>A lock machine with its state, told one message after the other. Attempts are numbered 1, 2, 3…</summary>
internal sealed class LockDialogue
{
    public static readonly LeaseId Lease = new(7);
    public static readonly LeaseId NextLease = new(8);
    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(9);

    private readonly LockMachine _machine;
    private int _attempts;

    public LockDialogue(int maxWaiters = 10, int maxUnresolved = 10) =>
        _machine = new LockMachine(new LockSettings(maxWaiters, maxUnresolved), () => Attempt(++_attempts));

    public LockState State { get; private set; } = LockState.Initial;

    /// <summary>Who holds the lock here, with which token, on which lease.</summary>
    public (LockRequestId Request, Revision Token, LeaseId Lease) HeldBy =>
        Assert.IsType<LockPhase.Holding>(State.Phase) switch { var p => (p.Request, p.Tenure.Token, p.Tenure.Lease) };

    public static LockDialogue WithSession()
    {
        var dialogue = new LockDialogue();
        dialogue.Tell(new LockMessage.SessionOpened(new LockLease(Lease, Ttl)));
        return dialogue;
    }

    /// <summary>Request 1 holds the lock with this token, put by attempt 1.</summary>
    public static LockDialogue Holding(long token)
    {
        var dialogue = WithSession();
        dialogue.Acquire(1);
        dialogue.Won(1, token);
        return dialogue;
    }

    /// <summary>Request 1 waits for a foreign holder, seen at this revision.</summary>
    public static LockDialogue Blocked(long revision)
    {
        var dialogue = WithSession();
        dialogue.Acquire(1);
        dialogue.Tell(new LockMessage.AttemptMet(Attempt(1), Foreign(revision), new(revision), Fresh));
        dialogue.Tell(new LockMessage.WatchStarted());
        dialogue.Read(Foreign(revision), revision);
        return dialogue;
    }

    public static AttemptId Attempt(int number) => new(new Guid(number, 0, 0, new byte[8]));

    public static LockRequestId Request(long number) => new(number);

    public static KeyValue Foreign(long revision) => new("K", "their value", new(revision), new(revision), 1, LeaseId.None);

    public static KeyValue Ours(int attempt, long revision) =>
        new("K", LockValue.Encode("us", Attempt(attempt), default), new(revision), new(revision), 1, Lease);

    /// <summary>The attempt of a request that stands in no line.</summary>
    public static LockEffect Sent(int attempt, LeaseId? lease = null) => new LockEffect.SendAttempt(Attempt(attempt), lease ?? Lease, false, null, null);

    /// <summary>The release of an acquisition that nobody here wants, by who does not know whether somebody waits elsewhere.</summary>
    public static LockEffect IfAlone(long token) => new LockEffect.SendReleaseIfAlone(new(token), null, Lease);

    public static EtcdException Unknown(CoordinationErrorKind kind = CoordinationErrorKind.Timeout) => new(kind, WriteOutcome.Unknown, "no answer");

    public static EtcdException NotApplied(CoordinationErrorKind kind) => new(kind, WriteOutcome.NotApplied, "refused");

    public LockEffect[] Tell(LockMessage message)
    {
        var step = _machine.Handle(State, message);
        State = step.State;
        return [.. step.Effects];
    }

    public LockEffect[] Acquire(long request, bool isTry = false, bool isFair = false) => Tell(new LockMessage.Acquire(Request(request), isTry, isFair));

    public LockEffect[] Withdraw(long request) => Tell(new LockMessage.Withdraw(Request(request), new LockReply.Withdrawn()));

    public LockEffect[] Release(long request, TimeSpan at = default) => Tell(new LockMessage.Release(Request(request), new Instant(at.Ticks)));

    /// <summary>Request 1 waits in line with ticket 2, placed at time 0; a foreign holder has the key since this revision.</summary>
    public static LockDialogue InLine(long revision, LineTicket? ahead = null, LineTicket? next = null)
    {
        var dialogue = WithSession();
        dialogue.Acquire(1, isFair: true);
        dialogue.Met(1, Foreign(revision));
        dialogue.Tell(new LockMessage.WatchStarted());
        dialogue.Line(Foreign(revision), revision + 1, ahead, next);
        return dialogue;
    }

    /// <summary>What the line is like, as the reply to whatever asked last.</summary>
    public LockEffect[] Line(KeyValue? current, long revision, LineTicket? ahead = null, LineTicket? next = null)
    {
        var ticket = State.Ticket!;
        return Tell(new LockMessage.LineShown(ticket.Attempt, ticket.Reads, current, ahead, next, new(revision), new Instant(0), Fresh));
    }

    public static LineTicket Other(int number) =>
        new($"waiters/{number}", new(number), new(1000 + number), "them", Attempt(1000 + number));

    public LockEffect[] Won(int attempt, long revision, TimeSpan? validFor = null) =>
        Tell(new LockMessage.AttemptWon(Attempt(attempt), new(revision), validFor ?? Fresh));

    public LockEffect[] Met(int attempt, KeyValue current, long? revision = null) =>
        Tell(new LockMessage.AttemptMet(Attempt(attempt), current, new(revision ?? current.ModRevision.Value), Fresh, null, new Instant(0)));

    public LockEffect[] Failed(int attempt, EtcdException error) => Tell(new LockMessage.AttemptFailed(Attempt(attempt), error));

    public LockEffect[] Fire(LockTimer timer, TimeSpan? validFor = null) => Tell(new LockMessage.TimerFired(timer, validFor ?? Fresh));

    public LockEffect[] ShowPut(KeyValue current) => Tell(new LockMessage.KeyPut(current, Fresh));

    public LockEffect[] ShowDeletion(long revision) => Tell(new LockMessage.KeyDeleted(new(revision)));

    public LockEffect[] Read(KeyValue? current, long revision) => Tell(new LockMessage.KeyRead(current, new(revision), Fresh));

    public LockEffect[] Lose(LeaseId lease) => Tell(new LockMessage.SessionLost(lease, LossReason.Expired));
}
