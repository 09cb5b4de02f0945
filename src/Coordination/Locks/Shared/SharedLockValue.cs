using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Locks.Shared;

/// <summary>What is stored in an entry: small JSON that a person can read.</summary>
/// <param name="Owner">The name for itself of the one who put it.</param>
/// <param name="Mode">read, write or permits.</param>
/// <param name="Permits">For permits: how many it takes.</param>
/// <param name="Limit">For permits: how many there are.</param>
/// <param name="Since">When it was put, by the clock of the one who put it; for people.</param>
internal sealed record SharedLockValue(string Owner, string Mode, int? Permits, int? Limit, DateTimeOffset? Since)
{
    private const int LongestForeignText = 80;
    private const int LargestValue = 4096;

    public static Bytes Encode(string owner, SharedAsk ask, DateTimeOffset now)
    {
        var value = ask.Mode switch
        {
            SharedMode.Read => new SharedLockValue(owner, "read", null, null, now),
            SharedMode.Write => new SharedLockValue(owner, "write", null, null, now),
            _ => new SharedLockValue(owner, "permits", ask.Permits, ask.Limit, now),
        };
        return new(JsonSerializer.SerializeToUtf8Bytes(value, SharedLockValueJson.Default.SharedLockValue));
    }

    /// <summary>What an entry takes. In a reader-writer lock its folder says it; in a semaphore its value, and null when that cannot be read.</summary>
    public static SharedAsk? AskOf(SharedLockName name, KeyValue kv)
    {
        if (name.Kind == SharedKind.ReaderWriter)
        {
            return name.Folder(SharedMode.Read).Contains(kv.Key) ? SharedAsk.Read : SharedAsk.Write;
        }

        return Decode(kv.Value) is { Permits: { } permits and > 0, Limit: { } limit } && permits <= limit ? SharedAsk.Of(permits, limit) : null;
    }

    /// <summary>Who put an entry, whatever its value is.</summary>
    public static LockHolder HolderOf(KeyValue kv) => Decode(kv.Value) is { } value
        ? new LockHolder(value.Owner, kv.CreateRevision.Value, kv.Lease, value.Since, IsForeign: false)
        : new LockHolder(
            kv.Value.Length <= LongestForeignText ? kv.Value.ToString() : new Bytes(kv.Value.Memory[..LongestForeignText]) + "…",
            kv.CreateRevision.Value, kv.Lease, null, IsForeign: true);

    private static SharedLockValue? Decode(Bytes bytes)
    {
        if (bytes.Length is 0 or > LargestValue)
        {
            return null;
        }

        try
        {
            var value = JsonSerializer.Deserialize(bytes.Span, SharedLockValueJson.Default.SharedLockValue);
            return value is { Owner: not null, Mode: not null } ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Compile-time JSON of <see cref="SharedLockValue"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SharedLockValue))]
internal sealed partial class SharedLockValueJson : JsonSerializerContext;
