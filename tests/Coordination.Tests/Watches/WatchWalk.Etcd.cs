using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>The world of the walk: etcd, its streams, what is on the way, and timers.</summary>
internal sealed partial class WatchWalk
{
    private static readonly EtcdException Broken = new(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "the stream broke");
    private static readonly EtcdException Refused = new(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, "permission denied");
    private static readonly EtcdException Compacted = new(CoordinationErrorKind.Compacted, WriteOutcome.NotApplied, "compacted");
    private static readonly EtcdException TooLarge = new(CoordinationErrorKind.TooLarge, WriteOutcome.NotApplied, "too large");
    private static readonly EtcdException Future = new(CoordinationErrorKind.FutureRevision, WriteOutcome.NotApplied, "future revision");

    private readonly WatchHistories _etcd = new();
    private readonly Queue<WatchMessage> _onTheWay = new();
    private WatchEffect? _call;
    private long _streamAt;
    private long _generation;
    private bool _streamOpen;
    private bool _retry;
    private bool _stable;

    // A history that went back is noticed by its smaller revision. Should it overtake what was seen before the watch looks, nobody could tell: then it
    // is not changed until the watch has looked, and what was on the way has arrived.
    private bool _mustNotOvertake;

    private bool IsAtRest => _onTheWay.Count == 0 && _call is null && !_retry && !(_streamOpen && _etcd.Now.Between(_streamAt, _etcd.Now.Revision).Any());

    private void Step()
    {
        _mustNotOvertake &= _onTheWay.Count > 0 || _call is not null || _state.Seen.Value > _etcd.Now.Revision;
        switch (_random.Next(7))
        {
            case 0 or 1 when !_mustNotOvertake:
                _etcd.Change(_random);
                break;
            case 2 when _random.Next(6) == 0:
                _etcd.Now.Compacted = _random.NextInt64(_etcd.Now.Compacted, _etcd.Now.Revision + 1);
                _wasCompacted = true;
                Story.Add($"compacted at {_etcd.Now.Compacted}");
                break;
            case 3 when _random.Next(40) == 0 && !_mustNotOvertake:
                EndStream();
                Replace();
                break;
            default:
                Progress(mayFail: true);
                break;
        }
    }

    private void Replace()
    {
        if (_random.Next(2) == 0)
        {
            _etcd.ReplaceCluster(_random);
            Story.Add($"another cluster, at {_etcd.Now.Revision}");
        }
        else
        {
            _etcd.Restore(_random.NextInt64(Math.Max(1, _etcd.Now.Compacted), _etcd.Now.Revision + 1));
            _mustNotOvertake = true;
            Story.Add($"restored at {_etcd.Now.Revision}");
        }
    }

    private void Progress(bool mayFail)
    {
        if (_onTheWay.Count > 0 && _random.Next(3) > 0)
        {
            Tell(_onTheWay.Dequeue());
        }
        else if (_call is { } call)
        {
            _call = null;
            _onTheWay.Enqueue(mayFail && _random.Next(4) == 0 ? new WatchMessage.ListFailed(_random.Next(3) == 0 ? TooLarge : Broken) : Answer(call));
        }
        else if (_retry)
        {
            _retry = false;
            Tell(new WatchMessage.RetryDue());
        }
        else if (_stable && _random.Next(3) == 0)
        {
            _stable = false;
            Tell(new WatchMessage.StableDue(_generation));
        }
        else if (_streamOpen && mayFail && _random.Next(8) == 0)
        {
            EndStream();
        }
        else if (_streamOpen && _streamAt <= _etcd.Now.Compacted && _etcd.Now.Between(_streamAt, _etcd.Now.Compacted).Any())
        {
            // A slow watch falls behind the compaction.
            Send(new EtcdWatchSignal.Ended(Compacted));
            _streamOpen = false;
        }
        else if (_streamOpen)
        {
            Serve(mayFail);
        }
    }

    private void Serve(bool mayFail)
    {
        if (mayFail && _random.Next(6) == 0)
        {
            // Old servers repeat events.
            _streamAt = Math.Max(_etcd.Now.Compacted + 1, _streamAt - _random.Next(3));
        }

        var revisions = new List<EtcdEvent>();
        for (var left = _random.Next(1, 4); left > 0 && _streamAt <= _etcd.Now.Revision; left--)
        {
            revisions.AddRange(Filter(_etcd.Now.EventsOf(_streamAt++)));
        }

        if (revisions.Count > 0)
        {
            Send(new EtcdWatchSignal.Changes(Header(_etcd.Now.Revision), [.. revisions]));
        }
        else if (_streamAt > _etcd.Now.Revision && _random.Next(4) == 0)
        {
            Send(new EtcdWatchSignal.Progress(Header(_etcd.Now.Revision)));
        }
    }

    private void Run(WatchEffect effect)
    {
        switch (effect)
        {
            case WatchEffect.List or WatchEffect.Check:
                Promise(_call is null, "one call at a time");
                _call = effect;
                break;
            case WatchEffect.Open e:
                Open(e);
                break;
            case WatchEffect.Close:
                _streamOpen = false;
                break;
            case WatchEffect.SetRetryTimer e:
                Promise(e.Failures > 0 && !_retry, "one timer, that waits longer each time");
                _retry = true;
                break;
            case WatchEffect.SetStableTimer:
                _stable = true;
                break;
            case WatchEffect.Tell e:
                Hear(e.Event);
                break;
        }
    }

    private void Open(WatchEffect.Open e)
    {
        Promise(!_streamOpen, "one stream at a time");
        Promise(e.Generation > _generation, "every stream has a number of its own");
        Promise(
            (_spec.FromNow && _told == 0) || e.From.Value == _told + 1 || Histories(_told).Any(i => !Filter(_etcd[i].Between(_told + 1, e.From.Value - 1)).Any()),
            $"resumes after what was told ({_told}), not at {e.From}");
        (_generation, _streamAt, _stable) = (e.Generation, e.From == Revision.None ? _etcd.Now.Revision + 1 : e.From.Value, false);
        if (_random.Next(8) == 0)
        {
            Send(new EtcdWatchSignal.Ended(Refused));
            return;
        }

        // A member that lags says a smaller revision, and would serve in time.
        _streamOpen = true;
        Send(new EtcdWatchSignal.Created(Header(_random.Next(10) == 0 && e.From != Revision.None ? Math.Max(1, _etcd.Now.Revision - _random.Next(4)) : _etcd.Now.Revision)));
    }

    private WatchMessage Answer(WatchEffect call)
    {
        if (call is not WatchEffect.List list)
        {
            return new WatchMessage.Checked(Header(_etcd.Now.Revision));
        }

        var at = list.At == Revision.None ? _etcd.Now.Revision : list.At.Value;
        if (at < _etcd.Now.Compacted || at > _etcd.Now.Revision)
        {
            return new WatchMessage.ListFailed(at > _etcd.Now.Revision ? Future : Compacted);
        }

        var all = _etcd.Now.At(at).Values.Where(kv => list.Keys.Contains(kv.Key)).ToList();
        return new WatchMessage.Listed(new GetResult(Header(_etcd.Now.Revision), [.. all.Take(list.Limit)], all.Count, all.Count > list.Limit));
    }

    private void EndStream()
    {
        if (_streamOpen)
        {
            Send(new EtcdWatchSignal.Ended(Broken));
            _streamOpen = false;
        }
    }

    private void Send(EtcdWatchSignal signal) => _onTheWay.Enqueue(new WatchMessage.Signalled(_generation, signal));

    private EtcdHeader Header(long revision) => new(_etcd.Now.Cluster, 1, new(revision), 1);
}
