using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Demo.Holding;

/// <summary>One thing that happened around a command that is run while something is held, as the tool prints it.</summary>
/// <param name="Time">When.</param>
/// <param name="Event">
/// leader, none, waiting, elected, acquired, busy, started, exited, stopping, killed, lost, holding, resigned, released or stale.
/// </param>
internal sealed record HoldReport(string Time, string Event)
{
    /// <summary>The election that it is about.</summary>
    public string? Election { get; init; }

    /// <summary>The lock that it is about.</summary>
    public string? Lock { get; init; }

    public string? Value { get; init; }

    public string? Holder { get; init; }

    public long? Term { get; init; }

    public long? Token { get; init; }

    public string? Key { get; init; }

    public string? Lease { get; init; }

    public long? Revision { get; init; }

    public int? ExitCode { get; init; }

    public int? ProcessId { get; init; }

    public string? Reason { get; init; }

    public static HoldReport Now(string happened) =>
        new(TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), happened);

    public string ToJson() => JsonSerializer.Serialize(this, HoldReportJson.Default.HoldReport);

    public override string ToString()
    {
        (string Name, object? Value)[] details =
        [
            ("value", Value), ("holder", Holder), ("term", Term), ("token", Token), ("key", Key), ("lease", Lease), ("revision", Revision), ("process", ProcessId),
            ("exit code", ExitCode), ("reason", Reason),
        ];
        return $"{Time} {Election ?? Lock} {Event}" + string.Concat(details.Where(d => d.Value is not null).Select(d => string.Create(CultureInfo.InvariantCulture, $" {d.Name}={d.Value}")));
    }
}

/// <summary>Compile-time JSON of <see cref="HoldReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HoldReport))]
internal sealed partial class HoldReportJson : JsonSerializerContext;
