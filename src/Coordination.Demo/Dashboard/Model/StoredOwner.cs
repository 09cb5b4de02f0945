using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>What the library writes into the keys of locks, tickets and entries of shared locks: who put it, and when.</summary>
internal sealed record StoredOwner(string? Owner, string? Attempt, string? Mode, int? Permits, int? Limit, DateTimeOffset? Since)
{
    private const int LargestValue = 4096;
    private const int LongestForeignText = 80;

    /// <summary>Null when the value is of another form.</summary>
    public static StoredOwner? Read(Bytes value)
    {
        if (value.Length is < 2 or > LargestValue || value.Span[0] != (byte)'{')
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(value.Span, StoredOwnerJson.Default.StoredOwner) is { Owner: not null } stored ? stored : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Who put a key, whatever its value is: a foreign value is shown as it is.</summary>
    public static string NameOf(KeyValue kv) => Read(kv.Value)?.Owner ?? TextOf(kv.Value);

    /// <summary>A value for people, not longer than a line.</summary>
    public static string TextOf(Bytes value) => value.Length <= LongestForeignText ? value.ToString() : new Bytes(value.Memory[..LongestForeignText]) + "…";
}

/// <summary>Compile-time JSON of <see cref="StoredOwner"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredOwner))]
internal sealed partial class StoredOwnerJson : JsonSerializerContext;
