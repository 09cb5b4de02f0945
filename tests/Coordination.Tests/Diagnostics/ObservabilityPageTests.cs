using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Coordination.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Coordination.Tests.Diagnostics;

/// <summary>docs/observability.md lists what there is: instruments with their types and units, spans, log events. That they arrive is shown on a server.</summary>
public sealed partial class ObservabilityPageTests
{
    private static readonly string Page = Pages.Read("docs/observability.md");

    [Fact]
    public void The_page_lists_every_instrument_with_its_type_unit_and_description_and_no_other()
    {
        var there = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == CoordinationMeter.Name)
                {
                    there.Add($"{instrument.Name} {KindOf(instrument)} {instrument.Unit} {instrument.Description}");
                }
            },
        };
        CoordinationMeter.Begin();
        listener.Start();

        var listed = MetricRow().Matches(Page).Select(m => $"{m.Groups[1]} {m.Groups[2]} {m.Groups[3]} {m.Groups[4]}").Order(StringComparer.Ordinal);

        Assert.Equal(there, listed);
    }

    [Fact]
    public void The_page_lists_every_span_and_no_other()
    {
        var there = typeof(CoordinationTrace).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral && field.Name != nameof(CoordinationTrace.Name)).Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(there.Order(StringComparer.Ordinal), SpanRow().Matches(Page).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_lists_every_log_event_and_no_other_and_no_id_is_used_twice()
    {
        var there = typeof(CoordinationLog).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(method => (method.Name, Event: method.GetCustomAttribute<LoggerMessageAttribute>()!))
            .Where(log => log.Event is not null)
            .OrderBy(log => log.Event.EventId).ToList();
        var rows = there.Select(log => $"| {log.Event.EventId} | {log.Event.Level.ToString().ToLowerInvariant()} | {log.Name} | {log.Event.Message} |");

        Pages.Check("docs/observability.md", "logs", $"\n| id | level | name | message |\n|---|---|---|---|\n{string.Join('\n', rows)}\n");
        Assert.Distinct(there.Select(log => log.Event.EventId));
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Replace("Observable", "", StringComparison.Ordinal).Split('`')[0].ToLowerInvariant();

    [GeneratedRegex(@"(?m)^\| `(coordination\.[a-z._]+)` \| (histogram|counter|updowncounter|gauge) \| `([^`]+)` \| [^|]*\| (.+?) \|$")]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"(?m)^\| `([a-z.]+(?: [a-z]+)?)(?:…/…)?`[^|]* \| (?:internal|client) \|")]
    private static partial Regex SpanRow();
}
