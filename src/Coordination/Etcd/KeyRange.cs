namespace Coordination.Etcd;

/// <summary>One key, or an interval of keys in byte order.</summary>
/// <param name="Key">The first key.</param>
/// <param name="End">The key after the last one; empty for a single key; one zero byte for "to the end".</param>
public readonly record struct KeyRange(Bytes Key, Bytes End)
{
    private static readonly Bytes ToTheEnd = new byte[] { 0 };

    /// <summary>Every key.</summary>
    public static KeyRange All { get; } = new(ToTheEnd, ToTheEnd);

    /// <summary>Whether this is exactly one key.</summary>
    public bool IsSingle => End.IsEmpty;

    /// <summary>Whether no key can be in it: its end does not come after its first key. etcd refuses such a range.</summary>
    public bool IsEmpty => !IsSingle && End != ToTheEnd && End <= Key;

    /// <summary>One key.</summary>
    public static implicit operator KeyRange(Bytes key) => Of(key);

    /// <summary>One key.</summary>
    public static implicit operator KeyRange(string key) => Of(key);

    /// <summary>One key.</summary>
    public static KeyRange Of(Bytes key) => new(key, Bytes.Empty);

    /// <summary>The keys from one (included) to another (excluded).</summary>
    public static KeyRange Between(Bytes first, Bytes end) => new(first, end);

    /// <summary>All keys that are not smaller than one.</summary>
    public static KeyRange From(Bytes first) => new(first.IsEmpty ? ToTheEnd : first, ToTheEnd);

    /// <summary>All keys that begin with a prefix; an empty prefix means every key.</summary>
    public static KeyRange Prefix(Bytes prefix)
    {
        if (prefix.IsEmpty)
        {
            return All;
        }

        // The end is the prefix with its last byte that is not 0xff increased and the rest cut off: computed on bytes, never on text.
        var last = prefix.Span.LastIndexOfAnyExcept((byte)0xff);
        if (last < 0)
        {
            return new KeyRange(prefix, ToTheEnd);
        }

        var end = prefix.Span[..(last + 1)].ToArray();
        end[last]++;
        return new KeyRange(prefix, end);
    }

    /// <summary>Whether a key lies in the range.</summary>
    public bool Contains(Bytes key) => IsSingle ? key == Key : key >= Key && (End == ToTheEnd || key < End);

    /// <inheritdoc/>
    public override string ToString() => IsSingle ? Key.ToString() : $"[{Key}, {End})";
}
