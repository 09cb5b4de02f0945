using Coordination.Embedded.Store;
using Etcdserverpb;

namespace Coordination.Embedded.Watches;

/// <summary>What waits in the queue of a stream.</summary>
internal abstract record WatchItem
{
    private WatchItem()
    {
    }

    /// <summary>An answer to a request of the client, or a progress notification.</summary>
    public sealed record Control(WatchResponse Response) : WatchItem;

    /// <summary>Changes for one watch. The response says that the store was at <paramref name="Revision"/>.</summary>
    public sealed record Events(Watcher Watcher, long Revision, Change[] Changes) : WatchItem;
}
