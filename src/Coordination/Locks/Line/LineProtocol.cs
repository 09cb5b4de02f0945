using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>What the machine of a lock is told.</summary>
internal abstract record LineMessage
{
    private LineMessage()
    {
    }

    /// <summary>Command: get the lock, in turn; a try does not wait in line.</summary>
    public sealed record Acquire(LockRequestId Request, LockTerms Terms, bool IsTry) : LineMessage;

    /// <summary>Command: the caller gave up or its time is over. Without effect when the request was answered before.</summary>
    public sealed record Withdraw(LockRequestId Request, LockReply Answer) : LineMessage;

    /// <summary>Command: give the lock back.</summary>
    public sealed record Release(LockRequestId Request) : LineMessage;

    /// <summary>Fact: a session lease is held.</summary>
    public sealed record SessionOpened(LockLease Lease) : LineMessage;

    /// <summary>Fact: the session lease is lost, and with it everything on it.</summary>
    public sealed record SessionLost(LeaseId Lease, LossReason Reason) : LineMessage;

    /// <summary>
    /// Fact: it is known what became of an operation. <paramref name="WasLost"/>: the reply was lost, and this was found out afterwards. Of an enter, a take and a pass
    /// <paramref name="Shown"/> alone says what became of them.
    /// </summary>
    public sealed record Concluded(LineOp Op, bool Applied, bool WasLost, LineShown Shown) : LineMessage;

    /// <summary>Fact: an operation was not applied, and never will be.</summary>
    public sealed record Refused(LineOp Op, EtcdException Error) : LineMessage;

    /// <summary>Fact: a watch has begun: it shows what happens after this revision.</summary>
    public sealed record WatchBegan(KeyRange Keys, Revision Revision) : LineMessage;

    /// <summary>Fact: a watch saw a key put, or (null) deleted.</summary>
    public sealed record Changed(Bytes Key, KeyValue? Current, Revision Revision) : LineMessage;

    /// <summary>Fact: a watch missed something.</summary>
    public sealed record HistoryCut : LineMessage;

    /// <summary>Fact: etcd's history is not the one we know: a backup was restored, or it is another cluster. What we hold is worth nothing there.</summary>
    public sealed record HistoryReplaced : LineMessage;

    /// <summary>Fact: others can tell us from now on; what they told before is not known.</summary>
    public sealed record InboxOpened : LineMessage;

    /// <summary>Fact, from the inbox: the mutex was handed to our ticket, in the transaction of this revision; and who comes after us.</summary>
    public sealed record Given(AttemptId To, Revision Revision, long Version, ImmutableArray<Ticket> Behind) : LineMessage;

    /// <summary>Fact, from the inbox: the mutex was released, and our ticket is the first.</summary>
    public sealed record Called(AttemptId To) : LineMessage;

    /// <summary>Fact: a timer fired.</summary>
    public sealed record TimerFired(LineTimer Timer) : LineMessage;
}

/// <summary>The timers of a lock.</summary>
internal enum LineTimer
{
    /// <summary>The pause after a failure.</summary>
    Retry,

    /// <summary>Look at the line although no event came.</summary>
    Look,

    /// <summary>See whether the lease has enough time left to grant the lock.</summary>
    Confirm,

    /// <summary>Held long enough for a watch on it to be worth its cost.</summary>
    OwnWatch,
}

/// <summary>When the next look is due.</summary>
internal enum LookDelay
{
    /// <summary>Waiting long enough for a watch to be worth its cost.</summary>
    Watch,

    /// <summary>Nobody holds the lock, and whoever is first does not take it: it may be dead.</summary>
    DeadHead,

    /// <summary>In case something was missed.</summary>
    Fallback,
}

/// <summary>What the actor of a lock shall do.</summary>
internal abstract record LineEffect
{
    private LineEffect()
    {
    }

    /// <summary>Hand an operation to the journal.</summary>
    public sealed record Submit(LineOp Op) : LineEffect;

    /// <summary>Watch from now on: etcd serves a watch that starts in the past late.</summary>
    public sealed record StartWatch(KeyRange Keys) : LineEffect;

    public sealed record StopWatch(KeyRange Keys) : LineEffect;

    public sealed record SetTimer(LineTimer Timer, int Failures = 0) : LineEffect;

    public sealed record SetLookTimer(LookDelay Delay) : LineEffect;

    public sealed record Grant(LockRequestId Request, AttemptId Attempt, LockTerms Terms, Tenure Tenure, LeaseId Lease) : LineEffect;

    public sealed record Reply(LockRequestId Request, LockReply Answer) : LineEffect;

    public sealed record Lose(LockRequestId Request, LossReason Reason) : LineEffect;

    /// <summary>The lease is unknown to etcd, or must be renewed before the lock is granted.</summary>
    public sealed record VerifyLease(LeaseId Lease) : LineEffect;

    public sealed record GiveUpLease(LeaseId Lease, LossReason Reason) : LineEffect;

    /// <summary>Others should be able to tell us when the lock is ours.</summary>
    public sealed record WantInbox : LineEffect;

    /// <summary>For the log: etcd refuses us the line.</summary>
    public sealed record NoteLineClosed(EtcdException Error) : LineEffect;
}

/// <summary>An operation on the keys of a lock, for one of our entries: one transaction. MutexWrites and SharedWrites say what each is.</summary>
internal abstract record LineOp(AttemptId Attempt, LeaseId Lease)
{
    /// <summary>Get in, or into the line; a try not into the line. Not in turn: whoever is in line.</summary>
    public sealed record Enter(AttemptId Attempt, LeaseId Lease, LockTerms Terms, bool IsTry, bool InTurn) : LineOp(Attempt, Lease);

    /// <summary>Of a mutex: take what nobody holds, for our ticket; in turn, only if it is the first.</summary>
    public sealed record Take(AttemptId Attempt, LeaseId Lease, LockTerms Terms, Revision Placed, Revision Created, bool InTurn) : LineOp(Attempt, Lease);

    /// <summary>Get out of the line.</summary>
    public sealed record Withdraw(AttemptId Attempt, LeaseId Lease, LockTerms Terms, Revision Placed, Revision Created) : LineOp(Attempt, Lease);

    /// <summary>Release. Of a mutex: if nobody is in line; plain: whoever is, calling the first when it is known.</summary>
    public sealed record Leave(AttemptId Attempt, LeaseId Lease, LockTerms Terms, Tenure Tenure, bool IsPlain = false, Ticket? Call = null) : LineOp(Attempt, Lease);

    /// <summary>Of a mutex: release it by handing it to the next in line.</summary>
    public sealed record Give(AttemptId Attempt, LeaseId Lease, Tenure Tenure, Ticket Next, ImmutableArray<Ticket> Rest) : LineOp(Attempt, Lease);

    /// <summary>Of a mutex: release it by passing it to the next request of this process, if nobody is in line.</summary>
    public sealed record Pass(AttemptId Attempt, LeaseId Lease, LockTerms Terms, Tenure Tenure, AttemptId To) : LineOp(Attempt, Lease);

    /// <summary>Look. Of a mutex: at the place of our ticket, or (wide) at who is in line. Of a shared lock: at the line, or (wide) at the readers too.</summary>
    public sealed record Look(AttemptId Attempt, LeaseId Lease, Revision Created, bool IsWide) : LineOp(Attempt, Lease);
}

/// <summary>What etcd showed of a lock.</summary>
/// <param name="Revision">Everything up to this revision is in it.</param>
internal sealed record LineShown(Revision Revision)
{
    /// <summary>Of a mutex: its key when it is on our lease and put by, or for, an attempt of our form.</summary>
    public Mine? Mine { get; init; }

    /// <summary>Of a mutex: who holds it, when it is held and it was shown.</summary>
    public LockHolder? Holder { get; init; }

    /// <summary>Of a mutex: its key's mod revision; none when it is not there.</summary>
    public Revision KeyAt { get; init; }

    /// <summary>Of a mutex: the attempt of our ticket, when it is there.</summary>
    public AttemptId? Ticket { get; init; }

    /// <summary>The mod revision of our ticket.</summary>
    public Revision Placed { get; init; }

    /// <summary>The create revision of our ticket.</summary>
    public Revision Created { get; init; }

    /// <summary>Whether <see cref="Ahead"/> says who is before our ticket.</summary>
    public bool IsPlaceKnown { get; init; }

    /// <summary>The ticket right before ours; null when ours is the first.</summary>
    public Bytes? Ahead { get; init; }

    /// <summary>Of a mutex: the first in line that it can be handed to.</summary>
    public ImmutableArray<Ticket> First { get; init; } = [];

    /// <summary>Of a mutex: whether there is anything in the line.</summary>
    public bool IsSomebodyInLine { get; init; }

    /// <summary>Of a shared lock: the entries.</summary>
    public ImmutableArray<KeyValue> Line { get; init; } = [];

    /// <summary>Of a shared lock: whether all entries are there; else those that readers need: all writers, and what is our own.</summary>
    public bool IsFull { get; init; }

    /// <summary>An entry.</summary>
    public KeyValue? Find(Bytes key)
    {
        foreach (var kv in Line)
        {
            if (kv.Key == key)
            {
                return kv;
            }
        }

        return null;
    }
}

/// <summary>A mutex's key on our lease.</summary>
internal sealed record Mine(AttemptId Attempt, Revision Token, long Version);

/// <summary>The limits of one lock, from <see cref="LockOptions"/>.</summary>
/// <param name="MaxWaiters">Requests that may wait in this process, in line or before it.</param>
/// <param name="MaxInLine">Of a shared lock: requests of this process that may wait in line at a time.</param>
/// <param name="IsTold">Of a mutex: whether others can tell us through the session's inbox.</param>
internal sealed record LineSettings(int MaxWaiters, int MaxInLine, bool IsTold)
{
    /// <summary>
    /// How often in a row a mutex may be handed over before its key is deleted for once: programs without tickets wait for that.
    /// </summary>
    public long MaxHandOvers { get; init; } = 64;
}
