using System.Globalization;
using System.Text.Json.Serialization;

namespace Coordination.Demo.Greeter.Call;

/// <summary>The result of a run of calls.</summary>
internal sealed record CallSummary(
    int Calls, int Failed, int Retries, double Seconds, double P50Milliseconds, double P99Milliseconds, bool Interrupted, IReadOnlyDictionary<string, int> Answered)
{
    public IEnumerable<string> Lines()
    {
        yield return "";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{Calls} calls in {Seconds:0.0} s: {Failed} failed, {Retries} retries, p50 {P50Milliseconds:0.00} ms, p99 {P99Milliseconds:0.00} ms");
        var answered = Math.Max(1, Calls - Failed);
        foreach (var (id, calls) in Answered)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  {id,-24} {calls,7} calls  {100.0 * calls / answered,5:0.0} %");
        }
    }
}

/// <summary>One line of <c>greeter call --json</c>: a call, a change of the view, or the summary at the end.</summary>
internal sealed record CallLine(double At)
{
    public CallJson? Call { get; init; }

    public string? Change { get; init; }

    public CallSummary? Summary { get; init; }
}

/// <summary>A call for programs.</summary>
internal sealed record CallJson(int Number, double Milliseconds, int Attempts, string? Message, string? Instance, string? Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CallLine))]
internal sealed partial class CallJsonContext : JsonSerializerContext;
