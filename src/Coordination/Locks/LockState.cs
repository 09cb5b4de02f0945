using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Locks;

/// <summary>What a lock is doing about its key.</summary>
internal abstract record LockPhase
{
    private LockPhase()
    {
    }

    /// <summary>Nothing is under way.</summary>
    public sealed record Idle : LockPhase;

    /// <summary>An attempt is under way. When it wins, the ticket that it carries is used up.</summary>
    public sealed record Attempting(AttemptId Attempt, LeaseId Lease, LockTicket? Carried = null, bool InTurn = false) : LockPhase;

    /// <summary>Somebody else holds the key, or (free) it is somebody else's turn; a change is awaited.</summary>
    public sealed record Blocked(bool IsFree = false) : LockPhase;

    /// <summary>The key is ours, but the lease has too little time left to hand the lock out; its renewal is awaited.</summary>
    public sealed record Confirming(Tenure Tenure) : LockPhase;

    /// <summary>A request of ours holds the lock.</summary>
    public sealed record Holding(LockRequestId Request, Tenure Tenure) : LockPhase;

    /// <summary>Our key is being deleted: for a request that released it, or because nobody wants it. Plain: without a word about the line.</summary>
    public sealed record Releasing(LockRequestId? Request, Tenure Tenure, bool IsPlain = false) : LockPhase;

    /// <summary>Released by a request, or wanted by nobody, our key is being handed to the next in line.</summary>
    public sealed record HandingOver(LockRequestId? Request, Tenure Tenure, LineTicket Next) : LockPhase;

    /// <summary>Released by a request, our key is being put again for the next request of this process.</summary>
    public sealed record PassingOn(LockRequestId Request, Tenure Tenure, AttemptId Attempt) : LockPhase;

    /// <summary>Nobody wants the lock any more: our ticket is being taken out of the line.</summary>
    public sealed record Leaving : LockPhase;

    /// <summary>The key is being read, to find an attempt whose outcome is unknown.</summary>
    public sealed record Looking : LockPhase;

    /// <summary>Something failed; waiting before trying again.</summary>
    public sealed record BackingOff : LockPhase;
}

/// <summary>One acquisition of the key.</summary>
/// <param name="Token">The key's mod revision.</param>
/// <param name="Lease">The lease it lives on.</param>
/// <param name="Version">How often the key was put since it was created: 1 when it was free before.</param>
internal sealed record Tenure(Revision Token, LeaseId Lease, long Version)
{
    /// <summary>The attempt under which it was acquired.</summary>
    public AttemptId Attempt { get; init; }

    /// <summary>The place in line from which it was acquired; null when everybody in line comes after it.</summary>
    public Revision? Place { get; init; }

    /// <summary>Whether it was acquired without waiting: then whoever waits now watches the key, or told us.</summary>
    public bool WasFree { get; init; }

    /// <summary>Who is next in line, as far as it is known.</summary>
    public LineTicket? Next { get; init; }

    /// <summary>A time before which <see cref="Next"/> was not in line; null when that is not known.</summary>
    public Instant? NextIsYoungerThan { get; init; }
}

/// <summary>A lock that was handed over: who has it since when, and whom it is to stand behind in line.</summary>
internal sealed record GivenAway(LockHolder To, Revision Revision, LockNeighbour? Last, Instant At);

/// <summary>Whether the key is watched.</summary>
internal enum KeyWatchState
{
    /// <summary>No watch.</summary>
    Off,

    /// <summary>A watch from now on was asked for; it has not begun.</summary>
    Starting,

    /// <summary>Every change from a known revision on is told.</summary>
    On,
}

/// <summary>The state of a lock.</summary>
/// <param name="Phase">What it is doing about its key.</param>
/// <param name="Lease">The lease for its keys, when there is one.</param>
/// <param name="Waiters">The requests of this process, first come first served.</param>
/// <param name="Unresolved">Requests whose outcome is unknown: each may still commit, as long as its lease lives.</param>
/// <param name="Ticket">Our ticket in the line: placed, or perhaps placed.</param>
/// <param name="Place">Our place in the line; kept when the lease, and the ticket with it, is lost.</param>
/// <param name="IsLineClosed">Whether etcd refuses us the line (no permission): then waiting is by chance.</param>
/// <param name="Seen">The newest revision at which the key's state is known.</param>
/// <param name="ChangedAt">The newest revision at which the key was shown changed since the attempt under way was sent.</param>
/// <param name="Holder">Who held the key when it was last seen held by others.</param>
/// <param name="Watch">Whether a watch on the key runs.</param>
/// <param name="Failures">Failures in a row.</param>
/// <param name="LastError">The last failure, for those who run out of time.</param>
/// <param name="IsPlaceKept">Whether the place is older than the lease: who is behind us may have been there long before our ticket.</param>
/// <param name="IsRecovering">Whether tickets of an earlier life are still to be taken out of the line.</param>
internal sealed record LockState(
    LockPhase Phase,
    LockLease? Lease,
    ImmutableList<LockWaiter> Waiters,
    ImmutableDictionary<AttemptId, UnknownOutcome> Unresolved,
    LockTicket? Ticket,
    Revision? Place,
    bool IsLineClosed,
    Revision Seen,
    Revision ChangedAt,
    LockHolder? Holder,
    KeyWatchState Watch,
    int Failures,
    EtcdException? LastError,
    bool IsRecovering = false,
    bool IsPlaceKept = false)
{
    /// <summary>Whether others can tell us what concerns us: then who waits in line needs no watch on the key at first.</summary>
    public bool HasInbox { get; init; }

    /// <summary>Whom the ticket that is to be placed stands behind.</summary>
    public LockNeighbour? Behind { get; init; }

    /// <summary>A time before which nobody had a later place than ours; null when that is not known.</summary>
    public Instant? PlaceSince { get; init; }

    /// <summary>To whom we handed the lock last.</summary>
    public GivenAway? Given { get; init; }

    public static LockState Initial { get; } = new(
        new LockPhase.Idle(), null, [], ImmutableDictionary<AttemptId, UnknownOutcome>.Empty, null, null, false, Revision.None, Revision.None, null, KeyWatchState.Off, 0, null);

    /// <summary>Whether a watch runs or is about to.</summary>
    public bool IsWatching => Watch != KeyWatchState.Off;

    /// <summary>Whether who waits here can do without a watch on the key for a while: it will be told when its turn comes.</summary>
    public bool IsToldInTurn => HasInbox && JoinsLine && Unresolved.IsEmpty;

    /// <summary>Whether somebody here waits in line: not a try, and not one that takes its chance.</summary>
    public bool JoinsLine => !IsLineClosed && Waiters.Exists(w => w is { IsTry: false, IsFair: true });

    /// <summary>Whether nothing would be lost if this lock were forgotten.</summary>
    public bool IsIdle => Phase is LockPhase.Idle && Waiters.IsEmpty && Unresolved.IsEmpty && Ticket is null;
}
