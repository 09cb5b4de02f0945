using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Coordination.Packages.Tests.OpenTelemetry;

/// <summary>What OpenTelemetry is told when it was asked to listen.</summary>
public sealed class InstrumentationTests(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>
{
    [Fact]
    public async Task Metrics_and_spans_of_a_lock_arrive()
    {
        var (metrics, spans) = (new List<Metric>(), new List<Activity>());
        using var meters = Sdk.CreateMeterProviderBuilder().AddCoordinationInstrumentation().AddInMemoryExporter(metrics).Build();
        using var traces = Sdk.CreateTracerProviderBuilder().AddCoordinationInstrumentation().AddInMemoryExporter(spans).Build();
        await using (var system = fixture.Server.StartSystem())
        {
            await using var handle = await system.Lock($"/otel/{Guid.NewGuid():N}").AcquireAsync(TimeSpan.FromSeconds(20));
        }

        meters.ForceFlush();
        traces.ForceFlush();

        Assert.Contains(metrics, metric => metric.MeterName == "Coordination");
        Assert.Contains(spans, span => span.Source.Name == "Coordination");
    }
}
