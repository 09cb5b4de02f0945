using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>
/// One shared watch stream to one endpoint: many watches, told apart by the ids that the server says (<see cref="WatchRoster"/>). A message that cannot be told to be
/// of one watch is the end of the stream, never a guess: its watches begin again where they were.
/// </summary>
internal sealed class WatchStream : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly WatchRoster _roster = new();
    private readonly int _queueLimit;
    private readonly SharedStream<WatchRequest, WatchResponse> _stream;
    private readonly EtcdTransport _transport;
    private readonly Action<WatchStream, EtcdException> _onEnded;
    private readonly Action<WatchStream, SharedWatch, EtcdException> _onDoubted;
    private WatchPlace? _signOfLife;
    private int _silentLooks;
    private volatile bool _ended;

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
        _queueLimit = queueLimit;
        _transport = transport;
        _onEnded = onEnded;
        _onDoubted = onDoubted;
        _stream = new(transport, endpoint, static (etcd, call) => etcd.WatchClient.Watch(call), queueLimit, OnMessage, cause => End(EtcdErrors.StreamEnded(cause, endpoint.Address)));
    }

    public Endpoint Endpoint { get; }

    /// <summary>Whether it takes no new watches: its token has expired. Those it has go on.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Whether a watch can begin on it, when its queue has room.</summary>
    public bool TakesWatches => !IsRetired && !_ended && !_stream.IsOver;

    /// <summary>How many watches it carries.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _roster.Count;
            }
        }
    }

    /// <summary>Begins a watch; false when the stream is over or its queue is full.</summary>
    public bool TryWatch(SharedWatch watch)
    {
        lock (_lock)
        {
            // What is asked for at once and what has to wait for its turn are bounded by the same limit.
            if (!TakesWatches || !_stream.HasRoom || _roster.Unasked >= _queueLimit)
            {
                return false;
            }

            var place = _roster.Add(watch);
            if (!watch.Attach(this, place))
            {
                _roster.Leave(place);
            }

            AskForNext();
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
            if (_ended || _roster.Count == 0)
            {
                return _silentLooks = 0;
            }

            if (++_silentLooks > 1)
            {
                AskForSignOfLife();
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
        if (!TryFind(response, out var watch))
        {
            GiveUp(new EtcdException(
                CoordinationErrorKind.ProtocolError,
                WriteOutcome.Unknown,
                $"A message of the watch stream has id {response.WatchId}, which is none of its watches: they cannot be told apart any more "
                + $"(endpoint {EtcdErrors.Name(Endpoint.Address)})",
                Endpoint.Address));
            return;
        }

        // A reply to the whole stream; the last messages of a watch that was disposed.
        if (watch is null)
        {
            return;
        }

        var header = response.Header.ToHeader();
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

    /// <summary>Whose message it is; null when it is nobody's any more. False when that cannot be said.</summary>
    private bool TryFind(WatchResponse response, out SharedWatch? watch)
    {
        lock (_lock)
        {
            watch = null;
            if (_ended)
            {
                return true;
            }

            WatchPlace? place;
            if (response.Created)
            {
                place = _roster.Answered(response.WatchId, response.Canceled);
                if (place is null)
                {
                    return false;
                }

                if (place == _signOfLife && _roster.Leave(place))
                {
                    SendCancel(place.Told!.Value);
                }
                else if (place is { IsWanted: false, Told: { } unwanted })
                {
                    SendCancel(unwanted);
                }

                AskForNext();
            }
            else if (!_roster.TryFind(response.WatchId, out place))
            {
                // A report of the progress of the whole stream is a sign of life; what is cancelled on both sides at once is told twice.
                return response is { WatchId: -1, Canceled: false, Events.Count: 0 } or { WatchId: >= 0, Canceled: true, Events.Count: 0 };
            }

            watch = place is { IsWanted: true } ? place.Watch : null;
            if (response is { Canceled: true, Created: false })
            {
                _roster.Ended(response.WatchId);
            }

            CloseWhenUnused();
            return true;
        }
    }

    private void AskForSignOfLife()
    {
        if (!_roster.IsNumberedByServer)
        {
            _stream.TrySend(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        }
        else if (_signOfLife is not { IsWanted: true, IsOver: false } && _roster.Any is { } model)
        {
            // etcd's proxy does not know the request (old ones end of it), but it answers each watch that begins: one like another, for no longer than that.
            var sign = new SharedWatch(model.Spec with { From = Revision.None }, _ => { });
            _signOfLife = _roster.Add(sign);
            sign.Attach(this, _signOfLife);
            AskForNext();
        }
    }

    private void AskForNext()
    {
        // When the queue is full the next message from the server brings the next attempt; without one the stream is given up for its silence.
        while (_roster.TryNext(out var place) && _stream.TrySend(new WatchRequest { CreateRequest = place.Watch.Spec.ToProto(place.Asked) }))
        {
            _roster.Asked();
        }
    }

    // When the queue is full or the stream over, the server forgets the watch with the stream.
    private void SendCancel(long id) => _stream.TrySend(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = id } });

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
        if (IsRetired && _roster.Count == 0)
        {
            _stream.Close();
        }
    }

    private void End(EtcdException cause)
    {
        IReadOnlyList<SharedWatch> lost;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            lost = _roster.Clear();
        }

        _onEnded(this, cause);
        var ended = new EtcdWatchSignal.Ended(cause);
        foreach (var watch in lost)
        {
            watch.Signal(ended);
        }
    }

    /// <summary>Nobody wants a watch any more.</summary>
    public void Cancel(WatchPlace place)
    {
        lock (_lock)
        {
            if (_roster.Leave(place) && !_ended)
            {
                SendCancel(place.Told!.Value);
            }

            CloseWhenUnused();
        }
    }
}
