using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Locks;

/// <summary>What is stored under a lock's key: small JSON that a person can read.</summary>
/// <param name="Owner">The holder's name for itself.</param>
/// <param name="Attempt">The id of the attempt that put it.</param>
/// <param name="Since">When, by the holder's clock; for people.</param>
internal sealed record LockValue(string Owner, string Attempt, DateTimeOffset? Since)
{
    private const int LongestForeignText = 80;
    private const int LargestValue = 4096;

    public static LockValue For(string owner, AttemptId attempt, DateTimeOffset now) => new(owner, attempt.ToString(), now);

    public static Bytes Encode(string owner, AttemptId attempt, DateTimeOffset now) => For(owner, attempt, now).Encode();

    public Bytes Encode() => new(JsonSerializer.SerializeToUtf8Bytes(this, LockValueJson.Default.LockValue));

    /// <summary>The attempt that put a value; null when it is foreign.</summary>
    public static AttemptId? AttemptOf(KeyValue kv) =>
        AttemptId.Parse(Decode(kv.Value)?.Attempt);

    /// <summary>How its holder can be reached; null when it is foreign.</summary>
    public static LockNeighbour? NeighbourOf(KeyValue kv) => AttemptOf(kv) is { } attempt && !kv.Lease.IsNone ? new LockNeighbour(kv.Lease, attempt) : null;

    /// <summary>Who holds the key, whatever its value is.</summary>
    public static LockHolder HolderOf(KeyValue kv) => Decode(kv.Value) is { } value
        ? new LockHolder(value.Owner, kv.ModRevision.Value, kv.Lease, value.Since, IsForeign: false)
        : new LockHolder(Shorten(kv.Value), kv.ModRevision.Value, kv.Lease, null, IsForeign: true);

    private static LockValue? Decode(Bytes bytes)
    {
        if (bytes.Length is 0 or > LargestValue)
        {
            return null;
        }

        try
        {
            var value = JsonSerializer.Deserialize(bytes.Span, LockValueJson.Default.LockValue);
            return value is { Owner: not null, Attempt: not null } ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Shorten(Bytes value) => value.Length <= LongestForeignText
        ? value.ToString()
        : new Bytes(value.Memory[..LongestForeignText]) + "…";
}

/// <summary>Compile-time JSON of <see cref="LockValue"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LockValue))]
internal sealed partial class LockValueJson : JsonSerializerContext;
