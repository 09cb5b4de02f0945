using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination;

/// <summary>
/// What a watch reports: the history of its keys in etcd from the start of the watch, in the order of the revisions, whole revisions only, without gap or duplicate.
/// Where this is impossible, an event says so: <see cref="Resynced"/>, <see cref="Conflated"/>. A subscriber that applies
/// <see cref="Changed"/> and <see cref="Conflated"/> to its copy, and replaces the copy on <see cref="Snapshot"/> and <see cref="Resynced"/>, has the
/// keys as they were in etcd at the revision of the event.
/// </summary>
public abstract record WatchEvent
{
    private WatchEvent()
    {
    }

    /// <summary>The keys as they were when the watch began.</summary>
    /// <param name="Revision">The revision of the store at which they were read; what follows is later.</param>
    /// <param name="KeyValues">All keys of the watch, in byte order.</param>
    public sealed record Snapshot(Revision Revision, ImmutableArray<KeyValue> KeyValues) : WatchEvent
    {
        internal WatchedKeys State { get; init; } = WatchedKeys.Empty;
    }

    /// <summary>
    /// A watch without a start has begun: it will report every change after this revision. A read from now on leaves no gap to what follows.
    /// </summary>
    /// <param name="Revision">The revision of the store when the watch began.</param>
    public sealed record Started(Revision Revision) : WatchEvent;

    /// <summary>Changes, whole revisions.</summary>
    /// <param name="Revision">The revision of the last change.</param>
    /// <param name="Events">The changes, in order. Those of one transaction have the same revision.</param>
    public sealed record Changed(Revision Revision, ImmutableArray<EtcdEvent> Events) : WatchEvent
    {
        internal WatchedKeys State { get; init; } = WatchedKeys.Empty;
    }

    /// <summary>
    /// The history was cut (<see cref="Reason"/>). The keys are now as listed; the difference to what was known is given as events, deletions included.
    /// A key that was put and deleted in between is not seen.
    /// </summary>
    /// <param name="Revision">The revision of the store at which the keys were read. After a restored backup it may be smaller than revisions reported before.</param>
    /// <param name="KeyValues">All keys of the watch, in byte order.</param>
    /// <param name="Difference">
    /// The deletions, then the puts, each in byte order. A deletion here is synthetic: its mod revision is the one of the reading, for nobody knows any
    /// more when the key was deleted.
    /// </param>
    public sealed record Resynced(Revision Revision, ImmutableArray<KeyValue> KeyValues, ImmutableArray<EtcdEvent> Difference) : WatchEvent
    {
        /// <summary>Why.</summary>
        public ResyncReason Reason { get; init; }

        /// <summary>
        /// Whether the difference is all that changed. If not, the keys were not all known before (the watch began at a revision that was compacted
        /// already), so keys that were deleted may be missing in the difference: go by <see cref="KeyValues"/>.
        /// </summary>
        public bool IsComplete { get; init; } = true;

        internal WatchedKeys State { get; init; } = WatchedKeys.Empty;
    }

    /// <summary>
    /// The subscriber was too slow and its buffer full: instead of the single changes, the latest of each key. Keys that were put and deleted in between
    /// are not seen, and a key that was deleted and put again appears as put. No other change is lost, deletions neither.
    /// </summary>
    /// <param name="Revision">Everything up to this revision is covered.</param>
    /// <param name="Events">The deletions, then the puts, each in byte order; the mod revision of a deletion is <paramref name="Revision"/>.</param>
    public sealed record Conflated(Revision Revision, ImmutableArray<EtcdEvent> Events) : WatchEvent
    {
        /// <summary>How many events this one stands for.</summary>
        public long Replaced { get; init; }
    }

    /// <summary>etcd cannot be watched at the moment; the watch keeps trying. What it reported may be stale until the next event.</summary>
    /// <param name="Error">Why.</param>
    public sealed record Interrupted(EtcdException Error) : WatchEvent;

    /// <summary>The watch is back and continues without a gap.</summary>
    /// <param name="Revision">The revision of the member that serves it.</param>
    public sealed record Resumed(Revision Revision) : WatchEvent;

    /// <summary>The last event, for actors; an enumeration throws the error instead. The system stopped, or a limit is reached.</summary>
    /// <param name="Error">Why.</param>
    public sealed record Ended(CoordinationException Error) : WatchEvent;

    /// <summary>The keys were read as they were before the first revision to tell.</summary>
    internal sealed record Based(WatchedKeys State) : WatchEvent;
}

/// <summary>Why a watch had to read its keys again.</summary>
public enum ResyncReason
{
    /// <summary>The revision to go on from has been compacted.</summary>
    Compacted,

    /// <summary>etcd's history went back: an older backup was restored. What was reported after the revision of the backup has not happened in this history.</summary>
    HistoryReplaced,

    /// <summary>The endpoints lead to another cluster than before.</summary>
    ClusterChanged,

    /// <summary>The watcher in this process failed and was replaced.</summary>
    WatcherReplaced,
}
