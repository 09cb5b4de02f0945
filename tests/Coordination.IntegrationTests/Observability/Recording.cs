using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Coordination.IntegrationTests.Observability;

/// <summary>Listens as a telemetry SDK does, to one system: others of this process are told apart by its name, its connection by the port.</summary>
internal sealed class Recording : IDisposable
{
    private readonly string _system;
    private readonly int _port;
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;
    private readonly ConcurrentDictionary<string, ConcurrentBag<Dictionary<string, object?>>> _measured = new();
    private readonly ConcurrentQueue<Activity> _spans = new();

    public Recording(string system, int port)
    {
        _system = system;
        _port = port;
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Coordination")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Take(instrument, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Take(instrument, tags));
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Coordination" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => _spans.Enqueue(span),
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public IEnumerable<Activity> Spans => _spans;

    public void Observe() => _meters.RecordObservableInstruments();

    /// <summary>The tags of each measurement.</summary>
    public IReadOnlyCollection<Dictionary<string, object?>> Of(string instrument) => _measured.TryGetValue(instrument, out var bag) ? bag : [];

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    private void Take(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = new Dictionary<string, object?>();
        foreach (var tag in tags)
        {
            all[tag.Key] = tag.Value;
        }

        if (all.TryGetValue("coordination.system", out var system) ? Equals(system, _system) : !all.TryGetValue("server.port", out var port) || Equals(port, _port))
        {
            _measured.GetOrAdd(instrument.Name, _ => []).Add(all);
        }
    }
}
