using Coordination.Etcd.Protos;
using Coordination.Grpc;

namespace Coordination.Etcd.Transport;

/// <summary>
/// One shared watch stream to one endpoint: many watches, told apart by ids that this side chooses. A refused watch is answered with id -1,
/// so answers to creations are also matched by their order.
/// </summary>
internal sealed class WatchStream : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Watch> _watches = [];
    private readonly Queue<long> _creating = new();
    private readonly SharedStream<WatchRequest, WatchResponse> _stream;
    private readonly Action<WatchStream> _onEnded;
    private long _lastId;
    private int _silentLooks;
    private bool _ended;

    /// <param name="pool">Where the endpoint is from.</param>
    /// <param name="channel">The endpoint.</param>
    /// <param name="options">Of the call.</param>
    /// <param name="queueLimit">How many messages may wait to be sent.</param>
    /// <param name="onEnded">Called once, before the watches are told.</param>
    public WatchStream(EndpointPool pool, GrpcChannel channel, GrpcCallOptions options, int queueLimit, Action<WatchStream> onEnded)
    {
        Channel = channel;
        _onEnded = onEnded;
        _stream = new(stopping => pool.AdmitAsync(channel, stopping), channel, EtcdMethods.Watch, options, queueLimit, OnMessage, cause => End(EtcdErrors.StreamEnded(cause, channel.Address)));
    }

    public GrpcChannel Channel { get; }

    /// <summary>How many watches it carries.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _watches.Count;
            }
        }
    }

    /// <summary>Begins a watch; null when the stream is over or its queue is full.</summary>
    public IEtcdWatch? TryWatch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return null;
            }

            var id = ++_lastId;
            if (!_stream.TrySend(new WatchRequest { CreateRequest = spec.ToProto(id) }))
            {
                return null;
            }

            var watch = new Watch(this, id, onSignal);
            _watches.Add(id, watch);
            _creating.Enqueue(id);
            return watch;
        }
    }

    /// <summary>
    /// How many times in a row it was looked at and had said nothing since the look before. From the second time on it is asked for its progress: the
    /// answer shows that it lives. (What the answer says about the progress is not used; old servers give it before the events it speaks of.)
    /// </summary>
    public int LookForSilence()
    {
        lock (_lock)
        {
            if (_ended || _watches.Count == 0)
            {
                return _silentLooks = 0;
            }

            if (++_silentLooks > 1)
            {
                _stream.TrySend(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
            }

            return _silentLooks;
        }
    }

    /// <summary>Ends it from this side.</summary>
    public void GiveUp(EtcdException cause)
    {
        End(cause);
        _stream.Close();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void OnMessage(WatchResponse response)
    {
        Volatile.Write(ref _silentLooks, 0);
        var header = response.Header.ToHeader();
        var id = response.WatchId;
        if (response.Created)
        {
            lock (_lock)
            {
                if (!_creating.TryDequeue(out id))
                {
                    return;
                }
            }
        }

        Watch? watch;
        lock (_lock)
        {
            watch = _watches.GetValueOrDefault(id);
            if (watch is not null && response.Canceled)
            {
                _watches.Remove(id);
            }
        }

        // A progress reply to the whole stream has id -1 and belongs to no watch; one for a watch that was disposed is on its way out.
        if (watch is null)
        {
            return;
        }

        if (response.Canceled)
        {
            watch.Signal(new EtcdWatchSignal.Ended(EtcdErrors.WatchCancelled(response.CancelReason, response.CompactRevision, Channel.Address)));
        }
        else if (response.Created)
        {
            watch.Signal(new EtcdWatchSignal.Created(header));
        }
        else if (watch.Fragments.Join(response) is { IsDefault: false } events)
        {
            watch.Signal(events.IsEmpty ? new EtcdWatchSignal.Progress(header) : new EtcdWatchSignal.Changes(header, events));
        }
    }

    private void End(EtcdException cause)
    {
        Watch[] lost;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            lost = [.. _watches.Values];
            _watches.Clear();
        }

        _onEnded(this);
        var ended = new EtcdWatchSignal.Ended(cause);
        foreach (var watch in lost)
        {
            watch.Signal(ended);
        }
    }

    private void Cancel(long id)
    {
        lock (_lock)
        {
            // When the queue is full or the stream over, the server forgets the watch with the stream.
            if (_watches.Remove(id) && !_ended)
            {
                _stream.TrySend(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = id } });
            }
        }
    }

    private sealed class Watch(WatchStream stream, long id, Action<EtcdWatchSignal> onSignal) : IEtcdWatch
    {
        public WatchFragments Fragments { get; } = new();

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

        public void Dispose() => stream.Cancel(id);
    }
}
