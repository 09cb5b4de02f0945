using Google.Protobuf;
using Mvccpb;

namespace Coordination.Embedded.Store;

/// <summary>One change of one key, as watches see it.</summary>
/// <param name="history">The key with all of its versions.</param>
/// <param name="version">The new version, or the tombstone.</param>
/// <param name="previous">The pair as it was before the whole transaction; null when there was none.</param>
internal sealed class Change(KeyHistory history, KeyVersion version, KeyValue? previous)
{
    private Event? _event;

    public KeyHistory History { get; } = history;

    public KeyVersion Version { get; } = version;

    public ByteString Key => Version.Pair.Key;

    public bool IsDelete => Version.IsTombstone;

    /// <summary>The event of this change. All watches without <c>prev_kv</c> share one message.</summary>
    public Event ToEvent(bool withPrevious)
    {
        var type = IsDelete ? Event.Types.EventType.Delete : Event.Types.EventType.Put;
        var created = !IsDelete && Version.Pair.CreateRevision == Version.Pair.ModRevision;
        return withPrevious && previous is not null && !created
            ? new Event { Type = type, Kv = Version.Pair, PrevKv = previous }
            : _event ??= new Event { Type = type, Kv = Version.Pair };
    }
}
