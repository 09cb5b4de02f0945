using Coordination.Diagnostics;
using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>
/// Spreads all watches over a few streams, each of which lives and ends for itself: the end of one touches only its own watches. A stream that is
/// silent although it is asked for a sign of life is given up, with its connection: half-open connections and servers that hang are noticed so.
/// </summary>
internal sealed class WatchStreams : IAsyncDisposable
{
    /// <summary>
    /// A stream is looked at this many times within the limit of its silence, and asked each time it was silent; once less often where something else failed
    /// already, so that another endpoint is in use.
    /// </summary>
    private const int LooksPerLimit = 4;

    private readonly EtcdTransport _transport;
    private readonly EtcdClientOptions _options;
    private readonly Lock _lock = new();
    private readonly List<WatchStream> _streams = [];
    private readonly ITimer? _watchdog;
    private int _ended;
    private bool _disposed;

    public WatchStreams(EtcdTransport transport, EtcdClientOptions options)
    {
        _transport = transport;
        _options = options;
        if (options.WatchSilenceLimit > TimeSpan.Zero)
        {
            var period = options.WatchSilenceLimit / LooksPerLimit;
            _watchdog = options.TimeProvider.CreateTimer(static self => ((WatchStreams)self!).Look(), this, period, period);
        }
    }

    /// <summary>Begins a watch on the stream that has the fewest. Another stream is opened when all have their share, up to the limit.</summary>
    public IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal)
    {
        var watch = new SharedWatch(spec, onSignal);
        Begin(watch);
        return watch;
    }

    public async ValueTask DisposeAsync()
    {
        List<WatchStream> streams;
        lock (_lock)
        {
            _disposed = true;
            streams = [.. _streams];
        }

        if (_watchdog is not null)
        {
            await _watchdog.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var stream in streams)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Begin(SharedWatch watch)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(EtcdClient));
            var endpoint = _transport.Pool.Current;
            var here = StreamsTo(endpoint);
            while (!here.Any(stream => stream.TryWatch(watch)))
            {
                // One that has ended since it was looked at is no reason to refuse a watch.
                if (here.All(stream => stream.TakesWatches))
                {
                    throw new EtcdException(
                        CoordinationErrorKind.LimitReached,
                        WriteOutcome.NotApplied,
                        $"The watch of {watch.Spec.Keys} cannot be sent now: {_options.StreamQueueLimit} messages wait on each of {here.Count} streams (StreamQueueLimit)",
                        endpoint.Address);
                }

                here = StreamsTo(endpoint);
            }
        }
    }

    /// <summary>Those that take watches, the one with the fewest first; with a new one when all have their share.</summary>
    private List<WatchStream> StreamsTo(Endpoint endpoint)
    {
        var here = _streams.Where(stream => stream.Endpoint == endpoint && stream.TakesWatches).OrderBy(stream => stream.Count).ToList();
        if (here.Count < _options.WatchStreams && here.All(stream => stream.Count >= _options.WatchesPerStream))
        {
            var opened = new WatchStream(_transport, endpoint, _options.StreamQueueLimit, OnEnded, (stream, refused, cause) => _ = SettleAsync(stream, refused, cause));
            _streams.Add(opened);
            if (_ended > 0)
            {
                _ended--;
                CoordinationMeter.EtcdReconnects.Add(1, new KeyValuePair<string, object?>(MetricTags.Stream, "watch"));
            }

            here.Insert(0, opened);
        }

        return here;
    }

    /// <summary>
    /// A watch was refused. A read of the same keys, with a token that is certainly good, tells whether it was the user or only the token of the stream, which was
    /// good when the stream began.
    /// </summary>
    private async Task SettleAsync(WatchStream stream, SharedWatch watch, EtcdException refusal)
    {
        try
        {
            var keys = watch.Spec.Keys;
            var read = new RangeRequest { Key = keys.Key.ToByteString(), RangeEnd = keys.End.ToByteString(), Limit = 1, KeysOnly = true };
            await _transport.UnaryAsync(
                stream.Endpoint, static (etcd, request, call) => etcd.KVClient.RangeAsync(request, call), read, CancellationToken.None).ConfigureAwait(false);
            stream.Retire();
            EndOldestRetired();
            Begin(watch);
        }
        catch (Exception error)
        {
            var cause = EtcdFailure.From(error);
            watch.Signal(new EtcdWatchSignal.Ended(cause.Kind == CoordinationErrorKind.PermissionDenied ? refusal : cause));
        }
    }

    /// <summary>Streams whose token has expired live as long as their watches; there are not to be more of them than of the others.</summary>
    private void EndOldestRetired()
    {
        WatchStream? oldest;
        lock (_lock)
        {
            var retired = _streams.Where(stream => stream.IsRetired).ToList();
            oldest = retired.Count > _options.WatchStreams ? retired[0] : null;
        }

        oldest?.GiveUp(new EtcdException(
            CoordinationErrorKind.Unavailable,
            WriteOutcome.Unknown,
            $"The watch stream began with a token that has expired; its watches go on on another one (endpoint {EtcdErrors.Name(oldest.Endpoint.Address)})",
            oldest.Endpoint.Address));
    }

    private void Look()
    {
        List<WatchStream> streams;
        lock (_lock)
        {
            streams = [.. _streams];
        }

        // Counted in looks and not in time: when this process was stopped for a while, the server gets its chance to answer first.
        var current = _transport.Pool.Current;
        var silent = streams.Where(stream => stream.LookForSilence() >= (stream.Endpoint == current ? LooksPerLimit : LooksPerLimit - 1)).ToList();
        foreach (var endpoint in silent.Select(stream => stream.Endpoint).Distinct())
        {
            endpoint.Reconnect();
        }

        foreach (var stream in silent)
        {
            stream.GiveUp(new EtcdException(
                CoordinationErrorKind.Timeout,
                WriteOutcome.Unknown,
                $"The watch stream was silent for {_options.WatchSilenceLimit.TotalSeconds:0.###} s (endpoint {EtcdErrors.Name(stream.Endpoint.Address)})",
                stream.Endpoint.Address));
        }
    }

    /// <summary>Before the watches hear of it: those that begin again at once are to find another stream, and another endpoint if there is one.</summary>
    private void OnEnded(WatchStream stream, EtcdException cause)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _streams.Remove(stream);
            if (!stream.IsRetired)
            {
                _ended = Math.Min(_ended + 1, _options.WatchStreams);
                _transport.Pool.MoveFrom(stream.Endpoint, cause.Message);
            }
        }
    }
}
