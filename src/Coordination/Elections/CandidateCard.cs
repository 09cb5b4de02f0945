using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>What a candidate of this library says about itself, beside the candidates' keys: whom a transfer can name, and who is preferred.</summary>
/// <param name="Name">Its name; several may have the same.</param>
/// <param name="Priority">The larger is preferred.</param>
internal sealed record CandidateCard(string Name, int Priority)
{
    private const int LargestCard = 4096;

    public Bytes Encode() => new(JsonSerializer.SerializeToUtf8Bytes(this, CandidateCardJson.Default.CandidateCard));

    /// <summary>Null when it is none: then the candidate is foreign.</summary>
    public static CandidateCard? Decode(Bytes bytes)
    {
        if (bytes.Length is 0 or > LargestCard)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes.Span, CandidateCardJson.Default.CandidateCard) is { Name: not null } card ? card : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Compile-time JSON of <see cref="CandidateCard"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CandidateCard))]
internal sealed partial class CandidateCardJson : JsonSerializerContext;
