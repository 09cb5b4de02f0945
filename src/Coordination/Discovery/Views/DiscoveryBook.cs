using System.Collections.Immutable;

namespace Coordination.Discovery.Views;

/// <summary>
/// The services that somebody in this process follows: asked for often, found out once. Thread-safe. It outlives the actors, which read it when they start.
/// </summary>
internal sealed class DiscoveryBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Service, DiscoveryOptions Options), ServiceFeed> _feeds = [];

    public ImmutableArray<ServiceFeed> Feeds
    {
        get
        {
            lock (_lock)
            {
                return [.. _feeds.Values];
            }
        }
    }

    /// <summary>Counts a handle. What a new feed means for the actors is told under the lock, so that it is told in order.</summary>
    /// <exception cref="CoordinationException">There are too many.</exception>
    public ServiceFeed Open(string service, DiscoveryOptions options, int limit, Action<DiscoveryCommand> tell)
    {
        lock (_lock)
        {
            if (!_feeds.TryGetValue((service, options), out var feed))
            {
                if (_feeds.Count >= limit)
                {
                    throw new CoordinationException(
                        CoordinationErrorKind.LimitReached,
                        $"The service '{service}' cannot be discovered: {limit} discoveries are open in this system (Services.MaxDiscoveries); dispose those that are no longer needed");
                }

                _feeds.Add((service, options), feed = new ServiceFeed(service, options));
                tell(new DiscoveryCommand.Follow(feed));
            }

            feed.Handles++;
            return feed;
        }
    }

    public void Close(ServiceFeed feed, Action<DiscoveryCommand> tell)
    {
        lock (_lock)
        {
            if (--feed.Handles == 0)
            {
                _feeds.Remove((feed.Service, feed.Options));
                tell(new DiscoveryCommand.Unfollow(feed));
            }
        }
    }
}
