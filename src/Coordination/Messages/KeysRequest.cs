using Coordination.Etcd;

namespace Coordination.Messages;

/// <summary>What an actor of the host sends to <see cref="CoordinationSystem.Actor"/> about keys in etcd. The answers go to the sender; its subscriptions end with
/// it.</summary>
/// <param name="Keys">The keys.</param>
public abstract record KeysRequest(KeyRange Keys)
{
    /// <summary>
    /// Tell the sender what happens to the keys: a <see cref="KeysNews"/> for each event, in order. The last one is a <see cref="WatchEvent.Ended"/> when the system stops or
    /// refuses. A <see cref="Status.Failure"/> when the request is wrong.
    /// </summary>
    /// <param name="Keys">The keys.</param>
    public sealed record Subscribe(KeyRange Keys) : KeysRequest(Keys)
    {
        /// <summary>Where to start, what to leave out, how much may wait; null: the defaults.</summary>
        public KeyWatchOptions? Options { get; init; }

        /// <summary>
        /// Whether the next news comes only after <see cref="KeysNews.Acknowledge"/>; meanwhile events wait, and are conflated beyond the limit. Default no: events are sent
        /// at once, and the actor's mailbox has no bound.
        /// </summary>
        public bool OneAtATime { get; init; }
    }

    /// <summary>No more news of these keys for the sender, except what is on its way.</summary>
    /// <param name="Keys">The keys.</param>
    public sealed record Unsubscribe(KeyRange Keys) : KeysRequest(Keys);
}
