using System.Collections.Immutable;
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
    private long _lastId;
    private bool _ended;

    public WatchStream(GrpcChannel channel, GrpcCallOptions options, int queueLimit)
    {
        Channel = channel;
        _stream = new(channel, EtcdMethods.Watch, options, queueLimit, OnMessage, OnEnded);
    }

    public GrpcChannel Channel { get; }

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

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void OnMessage(WatchResponse response)
    {
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
        else if (watch.Join(response) is { } events)
        {
            watch.Signal(events.IsEmpty ? new EtcdWatchSignal.Progress(header) : new EtcdWatchSignal.Changes(header, events));
        }
    }

    private void OnEnded(Exception? cause)
    {
        var ended = new EtcdWatchSignal.Ended(EtcdErrors.StreamEnded(cause, Channel.Address));
        Watch[] lost;
        lock (_lock)
        {
            _ended = true;
            lost = [.. _watches.Values];
            _watches.Clear();
        }

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
        private List<EtcdEvent>? _fragments;

        /// <summary>The events of a message; null when it is a fragment and more follow.</summary>
        public ImmutableArray<EtcdEvent>? Join(WatchResponse response)
        {
            var events = response.Events.Select(ProtoMapping.ToEvent);
            if (response.Fragment)
            {
                (_fragments ??= []).AddRange(events);
                return null;
            }

            if (_fragments is null)
            {
                return [.. events];
            }

            _fragments.AddRange(events);
            ImmutableArray<EtcdEvent> all = [.. _fragments];
            _fragments = null;
            return all;
        }

        public void Signal(EtcdWatchSignal signal) => onSignal(signal);

        public void Dispose() => stream.Cancel(id);
    }
}
