using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Demo.Cron.Ledger;

/// <summary>One run of a job, as it is written in etcd under its token.</summary>
/// <param name="Worker">Who ran it.</param>
/// <param name="Token">The fencing token of the lock it ran under.</param>
/// <param name="Tick">The tick it ran for.</param>
/// <param name="StartedAt">When it began, on the machine's monotonic clock.</param>
/// <param name="FinishedAt">When its work ended; null while it runs, and for ever when the worker was killed.</param>
internal sealed record LedgerEntry(string Worker, long Token, long Tick, long StartedAt, long? FinishedAt)
{
    public static LedgerEntry? Decode(Bytes value)
    {
        try
        {
            return JsonSerializer.Deserialize(value.Span, LedgerJson.Default.LedgerEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public Bytes Encode() => new(JsonSerializer.SerializeToUtf8Bytes(this, LedgerJson.Default.LedgerEntry));
}

/// <summary>Compile-time JSON of <see cref="LedgerEntry"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LedgerEntry))]
internal sealed partial class LedgerJson : JsonSerializerContext;
