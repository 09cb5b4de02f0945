using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>The session lease as the machine knows it.</summary>
internal sealed record LockLease(LeaseId Id, TimeSpan Ttl);

/// <summary>A request that waits. A try does not outlive the answer to one attempt.</summary>
/// <param name="Request">Which.</param>
/// <param name="IsTry">It does not wait in line.</param>
/// <param name="Terms">What it asks for.</param>
/// <param name="Arrival">When it came, in the order of this process.</param>
internal sealed record LockWaiter(LockRequestId Request, bool IsTry, LockTerms Terms, long Arrival);

/// <summary>Somebody else's ticket that a mutex can be handed to.</summary>
/// <param name="Lease">The lease it lives on.</param>
/// <param name="Placed">Its mod revision.</param>
/// <param name="Owner">What its owner is called.</param>
/// <param name="Attempt">The attempt under which the lock is handed to it.</param>
internal sealed record Ticket(LeaseId Lease, Revision Placed, string Owner, AttemptId Attempt);

/// <summary>One holding of a lock.</summary>
/// <param name="Token">The fencing token: the mod revision of a mutex's key, the create revision of an entry.</param>
/// <param name="Floor">What is older is out for good.</param>
/// <param name="Version">Of a mutex: how often the key was put since it was created, 1 when it was free before.</param>
internal sealed record Tenure(Revision Token, Revision Floor, long Version = 1)
{
    /// <summary>Of a mutex: who comes next, as far as it is known, in the order of the line.</summary>
    public ImmutableArray<Ticket> Behind { get; init; } = [];
}

/// <summary>How far one of our entries in a line is.</summary>
internal abstract record EntryPhase
{
    private EntryPhase()
    {
    }

    /// <summary>An operation of it is with the journal. There is never more than one.</summary>
    public sealed record Doing(LineOp Op) : EntryPhase;

    /// <summary>Its operation was refused for now; it is done again after the pause.</summary>
    public sealed record Stalled(LineOp Op) : EntryPhase;

    /// <summary>
    /// It waits. <paramref name="Target"/>: what is watched to see when it is time to look again; null while there is no need to watch yet. <paramref name="IsFree"/>: of a
    /// mutex: nobody holds it, and it is somebody else's turn. <paramref name="Blockers"/>: of a shared lock: those in the way, with the permits that they take.
    /// </summary>
    public sealed record Waiting(KeyRange? Target, bool IsFree = false, ImmutableDictionary<Bytes, long>? Blockers = null) : EntryPhase;

    /// <summary>It has the lock, but the lease has too little time left to hand it out; the renewal is awaited.</summary>
    public sealed record Confirming(Tenure Tenure) : EntryPhase;

    /// <summary>A request of ours holds the lock.</summary>
    public sealed record Held(Tenure Tenure) : EntryPhase;
}

/// <summary>What this system has, or is about to have, in a line: for a mutex its one ticket or the key itself, for a shared lock one key for each request.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="Lease">The lease it is on.</param>
/// <param name="Terms">What it asks for.</param>
/// <param name="For">Who wants it or holds it; null when nobody does any more.</param>
/// <param name="Phase">How far it is.</param>
internal sealed record Entry(AttemptId Attempt, LeaseId Lease, LockTerms Terms, LockWaiter? For, EntryPhase Phase)
{
    /// <summary>The mod revision of what it has in the line; none when it is not there, or not known to be.</summary>
    public Revision Placed { get; init; }

    /// <summary>The revision that created it: its place in the line.</summary>
    public Revision Created { get; init; }

    /// <summary>The newest revision at which etcd showed what is known of it.</summary>
    public Revision SeenAt { get; init; }

    /// <summary>Who waits for its release.</summary>
    public LockRequestId? Release { get; init; }
}

/// <summary>How far a look at the line is.</summary>
internal enum LookState
{
    /// <summary>There is no need to look.</summary>
    None,

    /// <summary>It is time to look.</summary>
    Due,

    /// <summary>It is being looked at.</summary>
    UnderWay,

    /// <summary>It is being looked at, and something happened meanwhile.</summary>
    Again,
}

/// <summary>The state of a lock in one system.</summary>
/// <param name="Lease">The session lease, when there is one.</param>
/// <param name="Queue">The requests that have no entry yet, first come, first served.</param>
/// <param name="Entries">Our entries, in the order in which they were begun.</param>
internal sealed record LineState(LockLease? Lease, ImmutableList<LockWaiter> Queue, ImmutableList<Entry> Entries)
{
    public static LineState Initial { get; } = new(null, [], []);

    /// <summary>Whether the line is to be looked at.</summary>
    public LookState Look { get; init; }

    /// <summary>What is watched, with the revision after which the watch shows what happens; none while it has not begun.</summary>
    public ImmutableDictionary<KeyRange, Revision> Watches { get; init; } = ImmutableDictionary<KeyRange, Revision>.Empty;

    /// <summary>The newest change that a watch showed.</summary>
    public Revision ChangedAt { get; init; }

    /// <summary>The newest token when the watch on what is held was put off: who holds that long is watched.</summary>
    public Revision? OwnWatchDue { get; init; }

    /// <summary>Whether holders have been in for long enough for a watch on what they hold.</summary>
    public bool WatchesOwn { get; init; }

    /// <summary>Whether something failed, and the pause after it is not over.</summary>
    public bool IsPausing { get; init; }

    /// <summary>What the timer of the next look was set for; null while none runs.</summary>
    public LookDelay? TimedLook { get; init; }

    /// <summary>Of a mutex: whether etcd refuses us the line (no permission). Then waiting is by chance.</summary>
    public bool IsLineClosed { get; init; }

    /// <summary>Of a mutex: whether we are told when the lock is handed to us.</summary>
    public bool HasInbox { get; init; }

    /// <summary>Of a mutex: the last that we were told. It can come before the reply that it belongs after.</summary>
    public LineMessage.Given? Note { get; init; }

    /// <summary>Counts the requests.</summary>
    public long Arrivals { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>The last failure, for those who run out of time.</summary>
    public EtcdException? LastError { get; init; }

    /// <summary>Who was seen in the way last.</summary>
    public LockHolder? Holder { get; init; }

    /// <summary>Whether nothing would be lost if this were forgotten.</summary>
    public bool IsIdle => Queue.IsEmpty && Entries.IsEmpty;

    /// <summary>Whether somebody is known to be in the way.</summary>
    public bool IsTaken => Holder is not null || Entries.Exists(e => e.Phase is EntryPhase.Waiting or EntryPhase.Held);
}
