using System.Globalization;
using System.Text;
using Google.Protobuf;

namespace Coordination.Etcd;

/// <summary>
/// An immutable string of bytes: a key or a value of etcd. Text converts to it as UTF-8; bytes that are no text stay what they are.
/// Compares by content, in etcd's (byte) order. The default is empty.
/// </summary>
public readonly struct Bytes : IEquatable<Bytes>, IComparable<Bytes>
{
    private readonly ReadOnlyMemory<byte> _memory;

    /// <summary>Wraps memory that the caller does not change any more.</summary>
    public Bytes(ReadOnlyMemory<byte> memory) => _memory = memory;

    /// <summary>No bytes.</summary>
    public static Bytes Empty => default;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _memory.Span;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _memory;

    /// <summary>How many bytes.</summary>
    public int Length => _memory.Length;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _memory.IsEmpty;

    /// <summary>The UTF-8 bytes of a text.</summary>
    public static Bytes FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Bytes(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The UTF-8 bytes of a text.</summary>
    public static implicit operator Bytes(string text) => FromText(text);

    /// <summary>The bytes of an array, which the caller does not change any more.</summary>
    public static implicit operator Bytes(byte[] bytes) => new(bytes);

    /// <summary>Equal content.</summary>
    public static bool operator ==(Bytes left, Bytes right) => left.Equals(right);

    /// <summary>Different content.</summary>
    public static bool operator !=(Bytes left, Bytes right) => !left.Equals(right);

    /// <summary>Byte order.</summary>
    public static bool operator <(Bytes left, Bytes right) => left.CompareTo(right) < 0;

    /// <summary>Byte order.</summary>
    public static bool operator >(Bytes left, Bytes right) => left.CompareTo(right) > 0;

    /// <summary>Byte order.</summary>
    public static bool operator <=(Bytes left, Bytes right) => left.CompareTo(right) <= 0;

    /// <summary>Byte order.</summary>
    public static bool operator >=(Bytes left, Bytes right) => left.CompareTo(right) >= 0;

    /// <summary>The bytes as UTF-8 text; what is no UTF-8 becomes U+FFFD.</summary>
    public string ToText() => Encoding.UTF8.GetString(Span);

    /// <summary>Whether these bytes begin with others.</summary>
    public bool StartsWith(Bytes prefix) => Span.StartsWith(prefix.Span);

    /// <inheritdoc/>
    public bool Equals(Bytes other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bytes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public int CompareTo(Bytes other) => Span.SequenceCompareTo(other.Span);

    /// <summary>For people: printable ASCII and well-formed UTF-8 as they are, every other byte as <c>\xNN</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Length);
        var rest = Span;
        while (!rest.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(rest, out var rune, out var used) == System.Buffers.OperationStatus.Done && !Rune.IsControl(rune);
            if (valid)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var b in rest[..used])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
                }
            }

            rest = rest[used..];
        }

        return text.ToString();
    }

    internal static Bytes From(ByteString bytes) => new(bytes.Memory);

    internal ByteString ToByteString() => UnsafeByteOperations.UnsafeWrap(_memory);
}
