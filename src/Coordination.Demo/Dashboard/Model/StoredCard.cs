using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Demo.Dashboard.Model;

/// <summary>What a candidate of this library writes beside its key.</summary>
internal sealed record StoredCard(string? Name, int Priority)
{
    private const int LargestValue = 4096;

    /// <summary>Null when the value is of another form.</summary>
    public static StoredCard? Read(Bytes value)
    {
        try
        {
            return value.Length is > 0 and <= LargestValue ? JsonSerializer.Deserialize(value.Span, StoredCardJson.Default.StoredCard) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Compile-time JSON of <see cref="StoredCard"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredCard))]
internal sealed partial class StoredCardJson : JsonSerializerContext;
