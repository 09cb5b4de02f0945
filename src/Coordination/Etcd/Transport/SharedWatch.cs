namespace Coordination.Etcd.Transport;

/// <summary>A watch on whatever stream carries it now. Thread-safe.</summary>
internal sealed class SharedWatch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal) : IEtcdWatch
{
    private readonly Lock _lock = new();
    private WatchStream? _stream;
    private WatchPlace? _place;
    private bool _disposed;

    public EtcdWatchSpec Spec => spec;

    public WatchFragments Fragments { get; } = new();

    /// <summary>Whether it was refused before because of its stream's token, perhaps. Once is enough.</summary>
    public bool WasRefused { get; set; }

    /// <summary>A stream carries it from now on; false when nobody wants it any more.</summary>
    public bool Attach(WatchStream stream, WatchPlace place)
    {
        lock (_lock)
        {
            (_stream, _place) = (stream, place);
            return !_disposed;
        }
    }

    public void Signal(EtcdWatchSignal signal)
    {
        try
        {
            onSignal(signal);
        }
        catch (Exception)
        {
            // Whoever throws here loses its own watch, and not those of others on the stream.
            Dispose();
        }
    }

    public void Dispose()
    {
        WatchStream? stream;
        WatchPlace? place;
        lock (_lock)
        {
            _disposed = true;
            (stream, place) = (_stream, _place);
        }

        if (stream is not null && place is not null)
        {
            stream.Cancel(place);
        }
    }
}
