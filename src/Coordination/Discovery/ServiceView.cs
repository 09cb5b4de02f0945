using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination;

/// <summary>The instances of a service at a revision. An immutable snapshot; the next one replaces it.</summary>
/// <param name="Service">The service.</param>
/// <param name="Instances">The instances, ordered by id.</param>
/// <param name="Revision">The revision up to which it is known; none when etcd was never read.</param>
/// <param name="IsStale">Whether etcd is away: the view is the last good one and may be old. Also true before the first view.</param>
/// <param name="Rejected">What was found under the keys of the service and could not be understood.</param>
public sealed record ServiceView(
    string Service, ImmutableArray<ServiceInstance> Instances, Revision Revision, bool IsStale, ImmutableArray<RejectedEntry> Rejected)
{
    /// <summary>Whether etcd was read at least once.</summary>
    public bool IsKnown => Revision != Revision.None;

    /// <summary>The view before the first one.</summary>
    internal static ServiceView Unknown(string service) => new(service, [], Revision.None, IsStale: true, []);
}

/// <summary>A key that was set aside: it affects no other instance.</summary>
/// <param name="Key">The key.</param>
/// <param name="Reason">What is wrong with it, for people.</param>
/// <param name="Revision">The revision of its last change.</param>
public sealed record RejectedEntry(Bytes Key, string Reason, Revision Revision);
