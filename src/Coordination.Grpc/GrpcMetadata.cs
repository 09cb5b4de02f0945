using System.Collections;
using System.Collections.Frozen;

namespace Coordination.Grpc;

/// <summary>
/// Metadata of a call: request headers, response headers or trailers. Keys are lower-case ASCII; values of keys that end in
/// <c>-bin</c> are bytes (base64 on the wire), the others are printable ASCII. Not thread-safe while it is being filled.
/// </summary>
public sealed class GrpcMetadata : IEnumerable<KeyValuePair<string, string>>
{
    // HTTP drops these or gives them a meaning of its own.
    private static readonly FrozenSet<string> ReservedKeys = FrozenSet.Create(
        "te", "host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "trailer", "upgrade", "allow", "expires", "last-modified");

    private readonly List<KeyValuePair<string, string>> _entries = [];
    private readonly bool _readOnly;

    /// <summary>Creates empty metadata.</summary>
    public GrpcMetadata()
    {
    }

    private GrpcMetadata(bool readOnly) => _readOnly = readOnly;

    /// <summary>Metadata without entries, which cannot be changed.</summary>
    public static GrpcMetadata Empty { get; } = new(readOnly: true);

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds a text entry.</summary>
    /// <exception cref="ArgumentException">
    /// The key or the value has characters that metadata cannot carry, or the key is reserved or ends in <c>-bin</c>.
    /// </exception>
    public void Add(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        CheckKey(key);
        if (IsBinary(key))
        {
            throw new ArgumentException($"The metadata key '{key}' ends in '-bin', so its value is bytes: use AddBinary.", nameof(key));
        }

        if (!IsPrintable(value))
        {
            throw new ArgumentException($"The metadata value of '{key}' has characters other than printable ASCII.", nameof(value));
        }

        Append(key, value);
    }

    /// <summary>Adds a binary entry; the key must end in <c>-bin</c>.</summary>
    /// <exception cref="ArgumentException">The key does not end in <c>-bin</c> or has characters that metadata cannot carry.</exception>
    public void AddBinary(string key, ReadOnlySpan<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        CheckKey(key);
        if (!IsBinary(key))
        {
            throw new ArgumentException($"The key of binary metadata must end in '-bin'; it is '{key}'.", nameof(key));
        }

        Append(key, Convert.ToBase64String(value).TrimEnd('='));
    }

    /// <summary>The first text value of a key, or null.</summary>
    public string? Get(string key)
    {
        foreach (var (entryKey, value) in _entries)
        {
            if (entryKey == key)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The first binary value of a key, or null when there is none or it is not base64.</summary>
    public byte[]? GetBinary(string key)
    {
        if (Get(key) is not { } text)
        {
            return null;
        }

        // A peer may have joined several values into one header.
        text = text.Split(',')[0];
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Takes over what arrived from the peer, without the checks that guard what is sent.</summary>
    internal void AddReceived(string key, string value) => _entries.Add(new(key, value));

    /// <summary>Whether an entry, received or not, may be sent as metadata.</summary>
    internal static bool CanSend(string key, string value) => key.Length > 0 && KeyProblem(key) is null && IsPrintable(value);

    private void Append(string key, string value)
    {
        if (_readOnly)
        {
            throw new InvalidOperationException("GrpcMetadata.Empty cannot be changed.");
        }

        _entries.Add(new(key, value));
    }

    private static bool IsBinary(string key) => key.EndsWith("-bin", StringComparison.Ordinal);

    private static bool IsPrintable(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static void CheckKey(string key)
    {
        if (KeyProblem(key) is { } problem)
        {
            throw new ArgumentException($"The metadata key '{key}' {problem}", nameof(key));
        }
    }

    private static string? KeyProblem(string key)
    {
        foreach (var c in key)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_' or '.'))
            {
                return $"has the character '{c}'; allowed are a-z, 0-9, '-', '_' and '.'.";
            }
        }

        return key.StartsWith("grpc-", StringComparison.Ordinal) || key.StartsWith("content-", StringComparison.Ordinal) || ReservedKeys.Contains(key)
            ? "is reserved: it belongs to the protocol."
            : null;
    }
}
