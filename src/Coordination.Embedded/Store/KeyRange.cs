using Google.Protobuf;

namespace Coordination.Embedded.Store;

/// <summary>
/// Which keys a request means: one key, the keys from <see cref="Key"/> up to <see cref="End"/>, or (range end <c>\0</c>) all keys from
/// <see cref="Key"/> on. Keys are compared byte by byte.
/// </summary>
internal readonly record struct KeyRange
{
    private KeyRange(ByteString key, ByteString? end, bool unbounded)
    {
        Key = key;
        End = end;
        IsUnbounded = unbounded;
    }

    public ByteString Key { get; }

    /// <summary>The first key behind the range; null when the range has no upper bound or is a single key.</summary>
    public ByteString? End { get; }

    public bool IsUnbounded { get; }

    public bool IsSingle => End is null && !IsUnbounded;

    /// <summary>Reads the two fields of a request the way etcd does.</summary>
    public static KeyRange Of(ByteString key, ByteString rangeEnd) =>
        rangeEnd.IsEmpty ? Single(key)
        : rangeEnd.Length == 1 && rangeEnd[0] == 0 ? new(key, null, unbounded: true)
        : new(key, rangeEnd, unbounded: false);

    public static KeyRange Single(ByteString key) => new(key, null, unbounded: false);

    public bool Contains(ByteString key) =>
        IsSingle ? key.Equals(Key) : Compare(key, Key) >= 0 && (End is null || Compare(key, End) < 0);

    public static int Compare(ByteString left, ByteString right) => left.Span.SequenceCompareTo(right.Span);
}
