using System.Diagnostics.Metrics;

namespace Coordination.Embedded.Tests.Testing;

/// <summary>Counts the connections that a server has, as its web server tells them. Begin before they are opened.</summary>
internal sealed class OpenConnections : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly int _port;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _now;

    public OpenConnections(Uri endpoint)
    {
        _port = endpoint.Port;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "kestrel.active_connections")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, tags, _) => Add((int)change, tags));
        _listener.Start();
    }

    /// <summary>How many there were since the beginning.</summary>
    public int Opened { get; private set; }

    /// <summary>Completes when there are so many.</summary>
    public async Task UntilAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_now == count)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(int change, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "server.port" && value is int port && port == _port)
            {
                lock (_lock)
                {
                    _now += change;
                    Opened += Math.Max(change, 0);
                    _changed.SetResult();
                    _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }
}
