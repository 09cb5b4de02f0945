using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// What happened to a service, as a message to actors and in streams. A reader that applies <see cref="Up"/>, <see cref="Changed"/> and <see cref="Down"/> in order to
/// the last whole view has the view; <see cref="Resynced"/> brings a whole one.
/// </summary>
/// <param name="Service">The service.</param>
/// <param name="Revision">The revision at which it happened, or up to which the view is known.</param>
public abstract record ServiceChange(string Service, Revision Revision)
{
    /// <summary>A new instance.</summary>
    /// <param name="Service">The service.</param>
    /// <param name="Revision">The revision at which it happened.</param>
    /// <param name="Instance">The instance.</param>
    public sealed record Up(string Service, Revision Revision, ServiceInstance Instance) : ServiceChange(Service, Revision);

    /// <summary>An instance says something else about itself than before. A mere renewal, or another lease, is no change.</summary>
    /// <param name="Service">The service.</param>
    /// <param name="Revision">The revision at which it happened.</param>
    /// <param name="Instance">What it says now.</param>
    /// <param name="Previous">What it said before.</param>
    public sealed record Changed(string Service, Revision Revision, ServiceInstance Instance, ServiceInstance Previous) : ServiceChange(Service, Revision);

    /// <summary>An instance is gone: deregistered, expired, or its entry cannot be understood any more.</summary>
    /// <param name="Service">The service.</param>
    /// <param name="Revision">The revision at which it happened.</param>
    /// <param name="Instance">What it said last.</param>
    public sealed record Down(string Service, Revision Revision, ServiceInstance Instance) : ServiceChange(Service, Revision);

    /// <summary>
    /// The view is whole and live: take it as it is. <paramref name="Difference"/> is what changed since the last message (<see cref="Up"/>, <see cref="Changed"/>,
    /// <see cref="Down"/>).
    /// </summary>
    /// <param name="Service">The service.</param>
    /// <param name="Revision">The revision up to which the view is known.</param>
    /// <param name="View">The whole view.</param>
    /// <param name="Difference">The changes since the view before.</param>
    /// <param name="Reason">Why there is a whole view.</param>
    public sealed record Resynced(string Service, Revision Revision, ServiceView View, ImmutableArray<ServiceChange> Difference, ViewReason Reason)
        : ServiceChange(Service, Revision);

    /// <summary>etcd is away: the last view is kept and may be old. A <see cref="Resynced"/> ends it.</summary>
    /// <param name="Service">The service.</param>
    /// <param name="Revision">The revision up to which the view is known.</param>
    /// <param name="Error">What happened; null for a subscriber that came during an outage.</param>
    public sealed record Stale(string Service, Revision Revision, CoordinationException? Error) : ServiceChange(Service, Revision);
}

/// <summary>Why there is a whole view.</summary>
public enum ViewReason
{
    /// <summary>The first view, or the first one that this subscriber gets.</summary>
    Snapshot,

    /// <summary>An outage is over. Nothing is missed: what happened meanwhile follows as single changes.</summary>
    Resumed,

    /// <summary>The history was cut (compaction, a restored backup): the keys were read again.</summary>
    HistoryLost,

    /// <summary>This subscriber was too slow for its buffer: single changes were dropped.</summary>
    Conflated,
}
