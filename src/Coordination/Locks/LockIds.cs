using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>Identifies one request for a lock within this process.</summary>
internal readonly record struct LockRequestId(long Value)
{
    private static long _last;

    public static LockRequestId Next() => new(Interlocked.Increment(ref _last));
}

/// <summary>
/// A lock as this system sees it: the key, and the TTL of its own lease when it does not live on the session's. The same key on two leases is two
/// contenders.
/// </summary>
internal readonly record struct LockId(Bytes Key, TimeSpan? OwnTtl = null)
{
    public static implicit operator LockId(Bytes key) => new(key);

    public static implicit operator LockId(string key) => new(key);
}

/// <summary>What one request asks for besides the lock.</summary>
/// <param name="IsFair">Whether it stands in line.</param>
/// <param name="Owner">The holder's name; null: the system's.</param>
/// <param name="MaxHold">How long it may hold.</param>
internal sealed record LockTerms(bool IsFair, string? Owner, TimeSpan? MaxHold)
{
    public static LockTerms Default { get; } = new(true, null, null);
}

/// <summary>Identifies one attempt to put the lock's key, everywhere and for ever: it is in the key's value.</summary>
internal readonly record struct AttemptId(Guid Value)
{
    /// <summary>Stands for whatever an actor that failed may have sent.</summary>
    public static AttemptId OfEarlierLife => default;

    public static AttemptId New() => new(Guid.NewGuid());

    /// <summary>The id that a text shows, or null when it shows none.</summary>
    public static AttemptId? Parse(string? text) => Guid.TryParseExact(text, "N", out var id) ? new AttemptId(id) : null;

    public override string ToString() => Value.ToString("N");
}

/// <summary>A request whose outcome is unknown: as long as its lease lives it may still be applied, or turn out to have been.</summary>
/// <param name="Lease">The lease it puts on.</param>
/// <param name="Ticket">For an attempt: the ticket that goes when it is applied. For a ticket: itself.</param>
/// <param name="IsTicket">Whether a ticket was to be put, else the key.</param>
internal sealed record UnknownOutcome(LeaseId Lease, LockTicket? Ticket, bool IsTicket = false);

/// <summary>The session lease as the machine knows it.</summary>
internal sealed record LockLease(LeaseId Id, TimeSpan Ttl);

/// <summary>A request that waits. A try does not outlive the answer to one attempt. One that is not fair takes its chance instead of standing in line.</summary>
internal sealed record LockWaiter(LockRequestId Request, bool IsTry, bool IsFair);
