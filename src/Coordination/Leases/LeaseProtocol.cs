using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Leases;

/// <summary>What a LeaseActor is told. Commands come from its supervisor, facts from etcd and from timers. Each carries the time it happened.</summary>
internal abstract record LeaseMessage(Instant Now)
{
    /// <summary>Command: get the lease.</summary>
    public sealed record Acquire(Instant Now) : LeaseMessage(Now);

    /// <summary>Command: give the lease back and end.</summary>
    public sealed record Release(Instant Now) : LeaseMessage(Now);

    /// <summary>Command: somebody saw a sign that the lease is gone; find out.</summary>
    public sealed record Verify(LeaseId Lease, Instant Now) : LeaseMessage(Now);

    /// <summary>Command: too much that may still happen on the lease is unknown; lose it and take a new one.</summary>
    public sealed record GiveUp(LeaseId Lease, Instant Now, LossReason Reason = LossReason.GivenUp) : LeaseMessage(Now);

    /// <summary>Fact: the grant was answered.</summary>
    public sealed record Granted(Instant SentAt, TimeSpan Ttl, Instant Now) : LeaseMessage(Now);

    /// <summary>Fact: the grant failed.</summary>
    public sealed record GrantFailed(EtcdException Error, Instant Now) : LeaseMessage(Now);

    /// <summary>Fact: a renewal was answered.</summary>
    public sealed record Renewed(Instant SentAt, TimeSpan Ttl, Instant Now) : LeaseMessage(Now);

    /// <summary>Fact: a renewal failed.</summary>
    public sealed record RenewalFailed(EtcdException Error, Instant Now) : LeaseMessage(Now);

    /// <summary>Fact: the revocation is over, well or badly.</summary>
    public sealed record RevokeEnded(EtcdException? Error, Instant Now) : LeaseMessage(Now);

    /// <summary>Fact: the claim was found to have run out, by whoever read it first.</summary>
    public sealed record ClaimRanOut(Instant Now) : LeaseMessage(Now);

    /// <summary>Fact: a timer fired.</summary>
    public sealed record TimerFired(LeaseTimer Timer, Instant Now) : LeaseMessage(Now);
}

/// <summary>The timers of a lease. One of each kind runs at a time; setting it again replaces it.</summary>
internal enum LeaseTimer
{
    /// <summary>Ask for the grant again.</summary>
    RetryGrant,

    /// <summary>Send a renewal.</summary>
    Renew,

    /// <summary>No acknowledgement for two thirds of the TTL.</summary>
    Suspect,

    /// <summary>The deadline has come.</summary>
    Deadline,

    /// <summary>The holders of a lost lease have had their margin; it can be revoked.</summary>
    RevokeLost,

    /// <summary>The revocation takes too long.</summary>
    GiveUp,
}

/// <summary>What a LeaseActor tells its supervisor.</summary>
internal abstract record LeaseEvent
{
    private LeaseEvent()
    {
    }

    /// <summary>The lease is held; the validity says until when.</summary>
    public sealed record Opened(LeaseValidity Validity) : LeaseEvent;

    /// <summary>The grant failed; it is tried again.</summary>
    public sealed record NotYetOpened(EtcdException Error) : LeaseEvent;

    /// <summary>No renewal was acknowledged for two thirds of the TTL, or one is acknowledged again.</summary>
    public sealed record SuspicionChanged(LeaseId Lease, bool IsSuspect, EtcdException? Error) : LeaseEvent;

    /// <summary>The lease is lost, for good.</summary>
    public sealed record Lost(LeaseId Lease, LossReason Reason) : LeaseEvent;
}
