using Coordination.Etcd;

namespace Coordination;

/// <summary>The watches of a system. Inject it where you need nothing else of the system. Implemented by <see cref="CoordinationSystem"/>. Thread-safe.</summary>
public interface IWatches
{
    /// <summary>
    /// A watch of one key (<c>"/config/feature"</c>), a prefix (<see cref="KeyRange.Prefix"/>) or a range. It needs no lease, so it also works while the session has none.
    /// Costs nothing until it is enumerated; each enumeration gets the whole sequence, and enumerations of the same keys share one watch in etcd.
    /// <para>
    /// The sequence does not end by itself, and an outage of etcd is an event in it (<see cref="WatchEvent.Interrupted"/>), not an error. Reading throws
    /// <see cref="CoordinationException"/> when the system stops (<c>Stopped</c>) or a limit is reached (<c>LimitReached</c>), and <see cref="OperationCanceledException"/>
    /// when its token is cancelled. A slow reader does not hold up others: its buffer is bounded by <see cref="KeyWatchOptions.BufferLimit"/>, and more is conflated.
    /// </para>
    /// </summary>
    /// <param name="keys">The key or keys. A prefix ends with a delimiter, or <c>/web</c> also means <c>/web2</c>.</param>
    /// <param name="options">Where to start, what to leave out, how much may wait. Default: start with a snapshot.</param>
    /// <exception cref="ArgumentException">A key is empty, a range is empty or too long, or options are out of range.</exception>
    /// <example><code>
    /// await foreach (var told in watches.Watch(KeyRange.Prefix("/config/")).WithCancellation(stopping))
    /// {
    ///     switch (told)
    ///     {
    ///         case WatchEvent.Snapshot e: ReplaceAll(e.KeyValues); break;
    ///         case WatchEvent.Resynced e: ReplaceAll(e.KeyValues); break;
    ///         case WatchEvent.Changed e: Apply(e.Events); break;
    ///         case WatchEvent.Conflated e: Apply(e.Events); break;
    ///     }
    /// }
    /// </code></example>
    IAsyncEnumerable<WatchEvent> Watch(KeyRange keys, KeyWatchOptions? options = null);
}
