using Coordination.Discovery.Views;

namespace Coordination.Discovery;

/// <summary>What the DiscoveriesActor is told from outside, and passes on to the DiscoveryActor with the watch that the service is under.</summary>
internal abstract record DiscoveryCommand(ServiceFeed Feed)
{
    /// <summary>Somebody wants to know about a service.</summary>
    public sealed record Follow(ServiceFeed Feed) : DiscoveryCommand(Feed);

    /// <summary>Nobody does any more.</summary>
    public sealed record Unfollow(ServiceFeed Feed) : DiscoveryCommand(Feed);

    /// <summary>The subscribers of the feed have changed.</summary>
    public sealed record SubscribersChanged(ServiceFeed Feed) : DiscoveryCommand(Feed);
}
