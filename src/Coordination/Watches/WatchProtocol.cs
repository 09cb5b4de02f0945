using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Watches;

/// <summary>What a WatcherActor is told. It starts by itself and ends when it is stopped.</summary>
internal abstract record WatchMessage
{
    private WatchMessage()
    {
    }

    /// <summary>Command: begin.</summary>
    public sealed record Start : WatchMessage;

    /// <summary>Fact: the keys were read.</summary>
    public sealed record Listed(GetResult Result) : WatchMessage;

    /// <summary>Fact: the keys could not be read.</summary>
    public sealed record ListFailed(EtcdException Error) : WatchMessage;

    /// <summary>Fact: the stream reported something. <paramref name="Generation"/> tells a stream from those before it.</summary>
    public sealed record Signalled(long Generation, EtcdWatchSignal Signal) : WatchMessage;

    /// <summary>Fact: the backoff is over.</summary>
    public sealed record RetryDue : WatchMessage;
}

/// <summary>What a WatcherActor tells its parent: the history of the keys from the start, without gap or duplicate and in order, or a Resynced.</summary>
internal abstract record WatchEvent
{
    private WatchEvent()
    {
    }

    /// <summary>The keys as they were at the start, when the watch began with reading them.</summary>
    public sealed record Snapshot(Revision Revision, ImmutableArray<KeyValue> KeyValues) : WatchEvent;

    /// <summary>
    /// A watch without a start has begun: every change after this revision will be told. What is read from now on has no gap to what follows.
    /// </summary>
    public sealed record Started(Revision Revision) : WatchEvent;

    /// <summary>Changes, whole revisions.</summary>
    public sealed record Changed(Revision Revision, ImmutableArray<EtcdEvent> Events) : WatchEvent;

    /// <summary>
    /// The history was cut (compaction). The keys are now as listed; the difference to what was known is given as events, deletions included.
    /// </summary>
    public sealed record Resynced(Revision Revision, ImmutableArray<KeyValue> KeyValues, ImmutableArray<EtcdEvent> Difference) : WatchEvent;

    /// <summary>The stream is gone; what was told may be stale until the next event or <see cref="Resumed"/>.</summary>
    public sealed record Interrupted(EtcdException Error) : WatchEvent;

    /// <summary>The stream is back and continues without a gap.</summary>
    public sealed record Resumed(Revision Revision) : WatchEvent;
}
