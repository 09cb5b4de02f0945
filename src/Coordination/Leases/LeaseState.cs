using Coordination.Etcd;
using Coordination.Time;

namespace Coordination.Leases;

/// <summary>What a lease is to its actor. Lost is terminal: a new lease is a new actor.</summary>
internal abstract record LeaseState
{
    private LeaseState()
    {
    }

    /// <summary>Not asked for yet.</summary>
    public sealed record Idle : LeaseState;

    /// <summary>
    /// Asked for, under an id of our choice. <paramref name="UnknownSince"/> is when the first grant with an unknown outcome was sent: then
    /// "already exists" means that it is ours.
    /// </summary>
    public sealed record Acquiring(LeaseId Id, Instant SentAt, Instant? UnknownSince, int Failures) : LeaseState;

    /// <summary>It exists and is ours, but how long it lives is not known well enough: a renewal is under way to prove it.</summary>
    public sealed record Adopting(LeaseId Id, int Failures) : LeaseState;

    /// <summary>Held. <paramref name="Failures"/> counts the renewals that failed since the last acknowledged one.</summary>
    public sealed record Held(LeaseId Id, TimeSpan Ttl, Instant ProvenAt, Instant Deadline, bool IsRenewing, bool IsSuspect, int Failures) : LeaseState;

    /// <summary>Given back; the revocation is under way.</summary>
    public sealed record Releasing(LeaseId Id) : LeaseState;

    /// <summary>Lost. What is left to do is to revoke it, as far as that is possible; so often that failed.</summary>
    public sealed record Lost(LeaseId Id, LossReason Reason, int Failures = 0) : LeaseState;

    /// <summary>Over.</summary>
    public sealed record Ended : LeaseState;
}

/// <summary>What the actor shall do.</summary>
internal abstract record LeaseEffect
{
    private LeaseEffect()
    {
    }

    public sealed record SendGrant(LeaseId Id) : LeaseEffect;

    public sealed record SendKeepAlive(LeaseId Id, TimeSpan Timeout) : LeaseEffect;

    public sealed record SendRevoke(LeaseId Id) : LeaseEffect;

    /// <summary>Sets a timer; with jitter when many might do the same at once.</summary>
    public sealed record SetTimer(LeaseTimer Timer, TimeSpan After) : LeaseEffect;

    /// <summary>Sets the timer of another attempt, by the backoff.</summary>
    public sealed record SetRetryTimer(LeaseTimer Timer, int Failures) : LeaseEffect;

    public sealed record CancelTimers : LeaseEffect;

    public sealed record Open(LeaseId Id, TimeSpan Ttl, Instant Deadline) : LeaseEffect;

    public sealed record Extend(Instant Deadline) : LeaseEffect;

    public sealed record Lose(LossReason Reason) : LeaseEffect;

    public sealed record Tell(LeaseEvent Event) : LeaseEffect;

    public sealed record End : LeaseEffect;
}
