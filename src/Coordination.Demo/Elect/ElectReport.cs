using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coordination.Demo.Elect;

/// <summary>One thing that happened, as the tool prints it.</summary>
/// <param name="Time">When.</param>
/// <param name="Event">leader, none, waiting, elected, started, exited, stopping, killed, lost, resigned or stale.</param>
/// <param name="Election">The name of the election.</param>
internal sealed record ElectReport(string Time, string Event, string Election)
{
    public string? Value { get; init; }

    public long? Term { get; init; }

    public string? Key { get; init; }

    public string? Lease { get; init; }

    public long? Revision { get; init; }

    public int? ExitCode { get; init; }

    public int? ProcessId { get; init; }

    public string? Reason { get; init; }

    public static ElectReport Now(string happened, string election) =>
        new(TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), happened, election);

    public string ToJson() => JsonSerializer.Serialize(this, ElectReportJson.Default.ElectReport);

    public override string ToString()
    {
        (string Name, object? Value)[] details =
        [
            ("value", Value), ("term", Term), ("key", Key), ("lease", Lease), ("revision", Revision), ("process", ProcessId), ("exit code", ExitCode), ("reason", Reason),
        ];
        return $"{Time} {Election} {Event}" + string.Concat(details.Where(d => d.Value is not null).Select(d => string.Create(CultureInfo.InvariantCulture, $" {d.Name}={d.Value}")));
    }
}

/// <summary>Compile-time JSON of <see cref="ElectReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ElectReport))]
internal sealed partial class ElectReportJson : JsonSerializerContext;
