using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>
/// A watch over a history that is made at random, on streams that end, repeat events and are compacted away. What it tells is the history, whole
/// revisions in order, or a resync after which what is known equals the store.
/// </summary>
public sealed class WatchMachineWalkTests
{
    private static readonly EtcdException Broken = new(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, "the stream broke");
    private static readonly EtcdException Compacted = new(CoordinationErrorKind.Compacted, WriteOutcome.NotApplied, "compacted");

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void What_a_watch_tells_is_the_history_or_a_resync(int seed, bool withSnapshot)
    {
        for (var i = 0; i < 1000; i++)
        {
            var walk = new Walk(new Random((seed * 1_000_000) + i), withSnapshot);
            try
            {
                walk.Go(120);
            }
            catch (InvalidOperationException broken)
            {
                Assert.Fail($"{broken.Message} (seed {(seed * 1_000_000) + i})\n  {string.Join("\n  ", walk.Story)}");
            }
        }
    }

    private sealed class Walk
    {
        private readonly Random _random;
        private readonly bool _withSnapshot;
        private readonly SortedDictionary<long, ImmutableArray<EtcdEvent>> _history = [];
        private readonly Dictionary<Bytes, KeyValue> _store = [];
        private readonly Dictionary<Bytes, KeyValue> _known = [];
        private readonly Queue<WatchMessage> _onTheWay = new();
        private WatchState _state;
        private long _revision = 1;
        private long _compacted;
        private long _told;
        private long _streamAt;
        private long _generation;
        private bool _streamOpen;
        private bool _retry;
        private bool _list;
        private bool _hasSnapshot;
        private bool _isInterrupted;

        public Walk(Random random, bool withSnapshot)
        {
            _random = random;
            _withSnapshot = withSnapshot;
            for (var i = 0; i < 5; i++)
            {
                Change();
            }

            _told = withSnapshot ? 0 : 1;
            _state = WatchState.StartingAt(withSnapshot ? Revision.None : new(2));
            Tell(new WatchMessage.Start());
        }

        public List<string> Story { get; } = [];

        public void Go(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                Step();
            }

            // All comes to rest: everything that happened has been told.
            for (var i = 0; i < 1000 && (_told < _revision || _onTheWay.Count > 0 || _list || _retry); i++)
            {
                Progress(mayFail: false);
            }

            Promise(_hasSnapshot || !_withSnapshot, "there is a snapshot");
            Promise(!_isInterrupted, "an interruption is followed by a resumption or a resync");
            Promise(_told == _revision, $"everything up to {_revision} is told, not only up to {_told}");
            Promise(SameAsStore(), "what is known equals the store");
        }

        private void Step()
        {
            switch (_random.Next(6))
            {
                case 0 or 1:
                    Change();
                    break;
                case 2 when _random.Next(6) == 0:
                    _compacted = _random.NextInt64(_compacted, _revision + 1);
                    Story.Add($"compacted at {_compacted}");
                    break;
                default:
                    Progress(mayFail: true);
                    break;
            }
        }

        private void Progress(bool mayFail)
        {
            if (_onTheWay.Count > 0 && _random.Next(3) > 0)
            {
                Tell(_onTheWay.Dequeue());
            }
            else if (_list)
            {
                _list = false;
                _onTheWay.Enqueue(mayFail && _random.Next(3) == 0
                    ? new WatchMessage.ListFailed(Broken)
                    : new WatchMessage.Listed(new GetResult(Header(_revision), [.. _store.Values], _store.Count, false)));
            }
            else if (_retry)
            {
                _retry = false;
                Tell(new WatchMessage.RetryDue());
            }
            else if (_streamOpen && mayFail && _random.Next(8) == 0)
            {
                Send(new EtcdWatchSignal.Ended(Broken));
                _streamOpen = false;
            }
            else if (_streamOpen && _streamAt <= _compacted && _history.Keys.Any(r => r >= _streamAt && r <= _compacted))
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
                _streamAt = Math.Max(_compacted + 1, _streamAt - _random.Next(3));
            }

            var next = _history.Where(h => h.Key >= _streamAt).Take(_random.Next(1, 4)).ToList();
            if (next.Count > 0)
            {
                Send(new EtcdWatchSignal.Changes(Header(_revision), [.. next.SelectMany(h => h.Value)]));
                _streamAt = next[^1].Key + 1;
            }
            else if (_random.Next(4) == 0)
            {
                Send(new EtcdWatchSignal.Progress(Header(_revision)));
            }
        }

        private void Send(EtcdWatchSignal signal) => _onTheWay.Enqueue(new WatchMessage.Signalled(_generation, signal));

        private void Change()
        {
            var revision = new Revision(++_revision);
            var events = ImmutableArray.CreateBuilder<EtcdEvent>();
            foreach (var key in new Bytes[] { "a", "b", "c", "d" }.Where(_ => _random.Next(3) == 0))
            {
                var old = _store.GetValueOrDefault(key);
                if (old is not null && _random.Next(2) == 0)
                {
                    _store.Remove(key);
                    events.Add(new EtcdEvent(true, new KeyValue(key, Bytes.Empty, Revision.None, revision, 0, LeaseId.None), null));
                }
                else
                {
                    _store[key] = new KeyValue(key, $"value {revision}", old?.CreateRevision ?? revision, revision, (old?.Version ?? 0) + 1, LeaseId.None);
                    events.Add(new EtcdEvent(false, _store[key], null));
                }
            }

            if (events.Count == 0)
            {
                _revision--;
                return;
            }

            _history.Add(_revision, events.ToImmutable());
        }

        private void Tell(WatchMessage message)
        {
            Story.Add($"{message}");
            var (state, effects) = WatchMachine.Handle(_state, message);
            _state = state;
            foreach (var effect in effects)
            {
                Run(effect);
            }
        }

        private void Run(WatchEffect effect)
        {
            switch (effect)
            {
                case WatchEffect.List:
                    _list = true;
                    break;
                case WatchEffect.Open e:
                    Promise(!_streamOpen || _onTheWay.Count > 0, "one stream at a time");
                    Promise(e.From.Value == _told + 1 || IsQuiet(_told + 1, e.From.Value), $"resumes after what was told ({_told}), not at {e.From}");
                    _generation = e.Generation;
                    _streamOpen = true;
                    _streamAt = e.From.Value;
                    Send(new EtcdWatchSignal.Created(Header(_revision)));
                    break;
                case WatchEffect.Close:
                    _streamOpen = false;
                    break;
                case WatchEffect.SetRetryTimer:
                    _retry = true;
                    break;
                case WatchEffect.Tell e:
                    Hear(e.Event);
                    break;
            }
        }

        private void Hear(WatchEvent told)
        {
            Story.Add($"  told: {told.GetType().Name}");
            switch (told)
            {
                case WatchEvent.Snapshot e:
                    Promise(!_hasSnapshot && _told == 0, "one snapshot, at the start");
                    Take(e.KeyValues);
                    _told = e.Revision.Value;
                    break;
                case WatchEvent.Changed e:
                    Promise(!_isInterrupted, "nothing is told on a stream that is not confirmed");
                    ImmutableArray<EtcdEvent> expected = [.. _history.Where(h => h.Key > _told && h.Key <= e.Revision.Value).SelectMany(h => h.Value)];
                    Promise(e.Events.SequenceEqual(expected), $"the history from {_told + 1} to {e.Revision}, whole and once");
                    Apply(e.Events);
                    _told = e.Revision.Value;
                    break;
                case WatchEvent.Resynced e:
                    Promise(e.Revision.Value >= _told, "a resync never goes back");
                    Apply(e.Difference);
                    Promise(
                        _known.Count == e.KeyValues.Length && e.KeyValues.All(kv => Equals(_known.GetValueOrDefault(kv.Key), kv)),
                        "the difference makes what is known equal to the store");
                    _hasSnapshot = true;
                    _isInterrupted = false;
                    _told = e.Revision.Value;
                    break;
                case WatchEvent.Interrupted:
                    Promise(!_isInterrupted, "an interruption is told once");
                    _isInterrupted = true;
                    break;
                case WatchEvent.Resumed:
                    Promise(_isInterrupted, "only what was interrupted is resumed");
                    _isInterrupted = false;
                    break;
            }
        }

        private void Take(ImmutableArray<KeyValue> all)
        {
            _hasSnapshot = true;
            _isInterrupted = false;
            foreach (var kv in all)
            {
                _known[kv.Key] = kv;
            }
        }

        private void Apply(ImmutableArray<EtcdEvent> events)
        {
            foreach (var e in events)
            {
                if (e.IsDelete)
                {
                    _known.Remove(e.Current.Key);
                }
                else
                {
                    _known[e.Current.Key] = e.Current;
                }
            }
        }

        private bool SameAsStore() => _known.Count == _store.Count && _store.All(kv => Equals(_known.GetValueOrDefault(kv.Key), kv.Value));

        // A progress report tells nothing, and still moves the point of resumption.
        private bool IsQuiet(long from, long to) => to > from && !_history.Keys.Any(r => r >= from && r < to);

        private static EtcdHeader Header(long revision) => new(1, 1, new(revision), 1);

        private static void Promise(bool kept, string promise)
        {
            if (!kept)
            {
                throw new InvalidOperationException(promise);
            }
        }
    }
}
