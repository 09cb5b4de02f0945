using Coordination.Discovery.Views;
using Coordination.Etcd;

namespace Coordination.Discovery;

/// <summary>What one DiscoveryActor watches.</summary>
/// <param name="Options">The options of the discoveries it serves.</param>
/// <param name="Service">The one service, or null for all of the layout.</param>
internal sealed record DiscoveryScopeKey(DiscoveryOptions Options, string? Service)
{
    public KeyRange Keys => Service is null ? Options.Layout.AllServices!.Value : Options.Layout.RangeOf(Service);

    public static DiscoveryScopeKey Of(ServiceFeed feed) =>
        new(feed.Options, feed.Options.Scope is DiscoveryScope.AllServices ? null : feed.Service);
}
