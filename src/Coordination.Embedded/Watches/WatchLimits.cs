namespace Coordination.Embedded.Watches;

/// <summary>The limits of watches.</summary>
internal static class WatchLimits
{
    /// <summary>Batches that may wait for one watch; with more it lags and reads on from the history later.</summary>
    public const int QueuedBatches = 128;

    /// <summary>The most revisions in one response to a watch that catches up.</summary>
    public const int RevisionsPerResponse = 1000;

    /// <summary>
    /// A response to a watch that catches up ends with the revision that reaches this size. (etcd would send its 1000 revisions however large they are.)
    /// </summary>
    public const int BytesPerResponse = 1024 * 1024;

    /// <summary>The most revisions that are looked at in one go, so that catching up never holds up the store.</summary>
    public const int RevisionsPerStep = 10_000;

    /// <summary>Answers that may wait for one stream. A client that asks on without reading loses the stream.</summary>
    public const int QueuedControls = 100_000;

    /// <summary>From this size on, responses are split for watches that asked for fragments.</summary>
    public const int FragmentBytes = (1536 + 512) * 1024;
}
