using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Discovery.Views;

/// <summary>The state of a discovery: the keys in its scope, and the services that somebody follows.</summary>
/// <param name="Revision">Up to where the keys are known; none before the first reading.</param>
/// <param name="Error">Why it is stale; null when it is live, or has not begun.</param>
/// <param name="Services">The keys, by service; also of services that nobody follows.</param>
/// <param name="Told">The view that was last told of each service that somebody follows.</param>
internal sealed record DiscoveryState(
    Revision Revision, EtcdException? Error, ImmutableDictionary<string, ServiceEntries> Services, ImmutableDictionary<string, ServiceView> Told)
{
    public static DiscoveryState Initial { get; } = new(
        Revision.None, null, ImmutableDictionary<string, ServiceEntries>.Empty, ImmutableDictionary<string, ServiceView>.Empty);

    public bool IsKnown => Revision != Revision.None;

    public ServiceEntries Of(string service) => Services.GetValueOrDefault(service, ServiceEntries.Empty);
}

/// <summary>A service has a new view.</summary>
/// <param name="View">The view.</param>
/// <param name="Changes">What led to it, in order; none when it only says more about revisions, leases or what was set aside.</param>
internal sealed record ViewNews(ServiceView View, ImmutableArray<ServiceChange> Changes);
