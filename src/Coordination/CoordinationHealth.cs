using System.Collections.Immutable;

namespace Coordination;

/// <summary>Whether a system can do its work.</summary>
public enum CoordinationHealthState
{
    /// <summary>The session lease is held and renewed.</summary>
    Ready,

    /// <summary>
    /// The session lease is held, but no renewal was acknowledged for two thirds of its TTL: etcd does not answer. Locks are still held, until
    /// <see cref="CoordinationHealth.ValidFor"/> is over.
    /// </summary>
    Suspect,

    /// <summary>There is no session lease: it was lost, or etcd could not be used yet. Nothing is held, nothing can be acquired. The system keeps trying.</summary>
    Unavailable,

    /// <summary>The system has stopped.</summary>
    Stopped,
}

/// <summary>How a <see cref="CoordinationSystem"/> is doing, as far as it knows without asking etcd.</summary>
/// <param name="State">Whether it can do its work.</param>
/// <param name="Reason">Why it cannot, for people; null when it can.</param>
/// <param name="ValidFor">How long claims are good without another renewal; zero without a lease.</param>
/// <param name="Problems">What is wrong in parts of it, a sentence each: registrations that are in conflict or being put back, views that are stale.</param>
public sealed record CoordinationHealth(CoordinationHealthState State, string? Reason, TimeSpan ValidFor, ImmutableArray<string> Problems);
