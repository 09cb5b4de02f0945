using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Coordination;

/// <summary>Adds what Coordination measures to OpenTelemetry.</summary>
public static class InstrumentationExtensions
{
    /// <summary>The name of the meter and of the source of spans, which are static: all systems of the process share them.</summary>
    private const string Name = "Coordination";

    /// <summary>Adds the metrics of all systems of this process; docs/observability.md lists them.</summary>
    /// <param name="metrics">The provider that is being built.</param>
    public static MeterProviderBuilder AddCoordinationInstrumentation(this MeterProviderBuilder metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return metrics.AddMeter(Name);
    }

    /// <summary>Adds the spans of all systems of this process; docs/observability.md lists them.</summary>
    /// <param name="traces">The provider that is being built.</param>
    public static TracerProviderBuilder AddCoordinationInstrumentation(this TracerProviderBuilder traces)
    {
        ArgumentNullException.ThrowIfNull(traces);
        return traces.AddSource(Name);
    }
}
