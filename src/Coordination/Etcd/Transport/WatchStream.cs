using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>
/// One shared watch stream to one endpoint: many watches, told apart by ids that this side chooses. A refused watch is answered with id -1,
/// so answers to creations are also matched by their order.
/// </summary>
internal sealed class WatchStream : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, SharedWatch> _watches = [];
    private readonly Queue<long> _creating = new();
    private readonly SharedStream<WatchRequest, WatchResponse> _stream;
    private readonly EtcdTransport _transport;
    private readonly Action<WatchStream, EtcdException> _onEnded;
    private readonly Action<WatchStream, SharedWatch, EtcdException> _onDoubted;
    private long _lastId;
    private int _silentLooks;
    private bool _ended;

    /// <param name="transport">Opens the stream.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="queueLimit">How many messages may wait to be sent.</param>
    /// <param name="onEnded">Called once, before the watches are told.</param>
    /// <param name="onDoubted">Called for a watch that is refused, perhaps only because the stream's token has expired; it is the other's from then on.</param>
    public WatchStream(
        EtcdTransport transport,
        Endpoint endpoint,
        int queueLimit,
        Action<WatchStream, EtcdException> onEnded,
        Action<WatchStream, SharedWatch, EtcdException> onDoubted)
    {
        Endpoint = endpoint;
        _transport = transport;
        _onEnded = onEnded;
        _onDoubted = onDoubted;
        _stream = new(transport, endpoint, static (etcd, call) => etcd.WatchClient.Watch(call), queueLimit, OnMessage, cause => End(EtcdErrors.StreamEnded(cause, endpoint.Address)));
    }

    public Endpoint Endpoint { get; }

    /// <summary>Whether it takes no new watches: its token has expired. Those it has go on.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Whether a watch can begin on it, when its queue has room.</summary>
    public bool TakesWatches => !IsRetired && !_stream.IsOver;

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

    /// <summary>Begins a watch; false when the stream is over or its queue is full.</summary>
    public bool TryWatch(SharedWatch watch)
    {
        lock (_lock)
        {
            if (_ended || IsRetired)
            {
                return false;
            }

            var id = ++_lastId;
            if (!_stream.TrySend(new WatchRequest { CreateRequest = watch.Spec.ToProto(id) }))
            {
                return false;
            }

            _watches.Add(id, watch);
            _creating.Enqueue(id);
            if (!watch.Attach(this, id))
            {
                Cancel(id);
            }

            return true;
        }
    }

    /// <summary>Takes no new watches from now on, and ends with the last one it has.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            IsRetired = true;
            CloseWhenUnused();
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

        SharedWatch? watch;
        lock (_lock)
        {
            watch = _watches.GetValueOrDefault(id);
            if (watch is not null && response.Canceled)
            {
                _watches.Remove(id);
                CloseWhenUnused();
            }
        }

        // A progress reply to the whole stream has id -1 and belongs to no watch; one for a watch that was disposed is on its way out.
        if (watch is null)
        {
            return;
        }

        if (response.Canceled)
        {
            OnCancelled(watch, response);
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

    private void OnCancelled(SharedWatch watch, WatchResponse response)
    {
        var cause = EtcdErrors.WatchCancelled(response.CancelReason, response.CompactRevision, Endpoint.Address);

        // Old servers call an expired token a denied permission.
        if (response.Created && cause.SecurityProblem != EtcdSecurityProblem.None && _transport.UsesTokens && !watch.WasRefused)
        {
            watch.WasRefused = true;
            _onDoubted(this, watch, cause);
        }
        else
        {
            watch.Signal(new EtcdWatchSignal.Ended(cause));
        }
    }

    private void CloseWhenUnused()
    {
        if (IsRetired && _watches.Count == 0)
        {
            _stream.Close();
        }
    }

    private void End(EtcdException cause)
    {
        SharedWatch[] lost;
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

        _onEnded(this, cause);
        var ended = new EtcdWatchSignal.Ended(cause);
        foreach (var watch in lost)
        {
            watch.Signal(ended);
        }
    }

    /// <summary>Nobody wants a watch any more.</summary>
    public void Cancel(long id)
    {
        lock (_lock)
        {
            // When the queue is full or the stream over, the server forgets the watch with the stream.
            if (_watches.Remove(id) && !_ended)
            {
                _stream.TrySend(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = id } });
                CloseWhenUnused();
            }
        }
    }
}
