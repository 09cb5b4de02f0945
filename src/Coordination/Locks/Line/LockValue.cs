using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Locks.Line;

/// <summary>What is stored under a mutex's key, a ticket or an entry: small JSON that a person can read.</summary>
/// <param name="Owner">The name for itself of the one who put it, or for whom it was put.</param>
/// <param name="Attempt">Of a mutex and a ticket: the id of the attempt.</param>
/// <param name="Mode">Of an entry: read, write or permits.</param>
/// <param name="Permits">Of an entry of a semaphore: how many permits it takes.</param>
/// <param name="Limit">Of an entry of a semaphore: how many there are.</param>
/// <param name="Since">When, by the clock of the one who put it; for people.</param>
internal sealed record LockValue(string Owner, string? Attempt, string? Mode, int? Permits, int? Limit, DateTimeOffset? Since)
{
    private const int LongestForeignText = 80;
    private const int LargestValue = 4096;

    /// <summary>The value of a mutex's key or a ticket.</summary>
    public static Bytes Encode(string owner, AttemptId attempt, DateTimeOffset now) => Encode(new LockValue(owner, attempt.ToString(), null, null, null, now));

    /// <summary>The value of an entry.</summary>
    public static Bytes Encode(string owner, LockTerms terms, DateTimeOffset now) => Encode(terms.Mode switch
    {
        LockMode.Read => new LockValue(owner, null, "read", null, null, now),
        LockMode.Write => new LockValue(owner, null, "write", null, null, now),
        _ => new LockValue(owner, null, "permits", terms.Permits, terms.Limit, now),
    });

    /// <summary>The attempt that put a value; null when it is foreign.</summary>
    public static AttemptId? AttemptOf(KeyValue kv) => AttemptId.Parse(Decode(kv.Value)?.Attempt);

    /// <summary>What an entry takes. In a reader-writer lock its folder says it; in a semaphore its value, and null when that cannot be read.</summary>
    public static LockTerms? TermsOf(LockName name, KeyValue kv)
    {
        if (name.Form == LockForm.ReaderWriter)
        {
            return name.Folder(LockMode.Read).Contains(kv.Key) ? LockTerms.Read : LockTerms.Write;
        }

        return Decode(kv.Value) is { Permits: { } permits and > 0, Limit: { } limit } && permits <= limit ? LockTerms.Of(permits, limit) : null;
    }

    /// <summary>Who holds a mutex, whatever the value of its key is.</summary>
    public static LockHolder HolderOf(KeyValue kv) => HolderOf(kv, kv.ModRevision);

    /// <summary>Who put a value, whatever it is.</summary>
    public static LockHolder HolderOf(KeyValue kv, Revision token) => Decode(kv.Value) is { } value
        ? new LockHolder(value.Owner, token.Value, kv.Lease, value.Since, IsForeign: false)
        : new LockHolder(Shorten(kv.Value), token.Value, kv.Lease, null, IsForeign: true);

    /// <summary>A ticket that a mutex can be handed to; null when it is nobody's of our form.</summary>
    public static Ticket? TicketOf(TicketKeys keys, KeyValue kv) =>
        Decode(kv.Value) is { } value && AttemptId.Parse(value.Attempt) is { } attempt && !kv.Lease.IsNone && kv.Key == keys.KeyOf(kv.Lease)
            ? new Ticket(kv.Lease, kv.ModRevision, value.Owner, attempt)
            : null;

    private static Bytes Encode(LockValue value) => new(JsonSerializer.SerializeToUtf8Bytes(value, LockValueJson.Default.LockValue));

    private static LockValue? Decode(Bytes bytes)
    {
        if (bytes.Length is 0 or > LargestValue)
        {
            return null;
        }

        try
        {
            var value = JsonSerializer.Deserialize(bytes.Span, LockValueJson.Default.LockValue);
            return value is { Owner: not null } and ({ Attempt: not null } or { Mode: not null }) ? value : null;
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
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LockValue))]
internal sealed partial class LockValueJson : JsonSerializerContext;
