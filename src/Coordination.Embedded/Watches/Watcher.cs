using Coordination.Embedded.Store;

namespace Coordination.Embedded.Watches;

/// <summary>
/// One watch of a stream. It is either in step with the store (every commit that concerns it is queued at once) or lagging: then nothing is
/// queued for it, and it reads on from <see cref="Next"/> when its queue is empty.
/// </summary>
internal sealed class Watcher(WatchStream stream, long id, KeyRange range, long next)
{
    public WatchStream Stream { get; } = stream;

    public long Id { get; } = id;

    public KeyRange Range { get; } = range;

    /// <summary>The first revision that was not queued yet.</summary>
    public long Next { get; set; } = next;

    public bool NoPuts { get; init; }

    public bool NoDeletes { get; init; }

    public bool WithPrevious { get; init; }

    public bool WithFragments { get; init; }

    public bool WithProgress { get; init; }

    public bool IsLagging { get; set; }

    /// <summary>Cancelled by the client, or ended because history it needs was compacted.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Batches that wait for the stream.</summary>
    public int Queued { get; set; }

    /// <summary>Whether the next tick sends a progress notification; events make one unnecessary.</summary>
    public bool ProgressDue { get; set; } = true;

    /// <summary>Collects the changes of the commit that is being published.</summary>
    public List<Change> Collected { get; } = [];

    public bool Wants(Change change) => Range.Contains(change.Key) && !(change.IsDelete ? NoDeletes : NoPuts);
}
