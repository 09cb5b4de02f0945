using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Coordination.Demo.Cli;

/// <summary>
/// Sends metrics and traces by OTLP, when the environment says where to: OTEL_EXPORTER_OTLP_ENDPOINT, and OpenTelemetry's other variables. Ends with what is left to send.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Source = "Coordination";

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private Telemetry()
    {
        var resource = ResourceBuilder.CreateDefault().AddService("coordination-demo").AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Source).AddOtlpExporter().Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Source).AddOtlpExporter().Build();
    }

    /// <summary>Nothing, when the environment names no collector.</summary>
    public static Telemetry? FromEnvironment() => Environment.GetEnvironmentVariable(Endpoint) is { Length: > 0 } ? new Telemetry() : null;

    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
