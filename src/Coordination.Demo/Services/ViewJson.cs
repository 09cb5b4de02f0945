using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Demo.Services;

/// <summary>A view for programs.</summary>
internal sealed record ViewJson(string Service, long Revision, bool Stale, IReadOnlyList<InstanceLine> Instances, IReadOnlyList<RejectedLine> Rejected)
{
    public static string Of(ServiceView view) => JsonSerializer.Serialize(
        new ViewJson(
            view.Service,
            view.Revision.Value,
            view.IsStale,
            [.. view.Instances.Select(InstanceLine.Of)],
            [.. view.Rejected.Select(entry => new RejectedLine(entry.Key.ToString(), entry.Reason))]),
        ViewJsonContext.Default.ViewJson);
}

/// <summary>An instance for programs.</summary>
internal sealed record InstanceLine(
    string Id, string Address, string? Scheme, string State, int Weight, string? Zone, string? Version, IReadOnlyDictionary<string, string> Metadata, string Key, string Lease)
{
    public static InstanceLine Of(ServiceInstance instance) => new(
        instance.Id, instance.Address, instance.Scheme, ChangeText.Word(instance.State), instance.Weight, instance.Zone, instance.Version, instance.Metadata,
        instance.Key.ToString(), instance.Lease.ToString());
}

/// <summary>An entry that was set aside, for programs.</summary>
internal sealed record RejectedLine(string Key, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ViewJson))]
internal sealed partial class ViewJsonContext : JsonSerializerContext;
