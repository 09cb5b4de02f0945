using System.Collections.Immutable;
using Coordination.Etcd;
using Coordination.Watches;

namespace Coordination.Tests.Watches;

/// <summary>
/// A watch over a history that is made at random, on streams that end, are refused, repeat events and lag, over a store that is compacted, restored from
/// backups and replaced. What it tells must be the history, whole revisions in order, or a resync after which what is known equals the store.
/// </summary>
internal sealed partial class WatchWalk
{
    private readonly Random _random;
    private readonly WatchSpec _spec;
    private readonly Dictionary<Bytes, KeyValue> _known = [];
    private WatchState _state;

    // The histories that what was told may belong to: usually one; two that share their beginning cannot always be told apart.
    private HashSet<int> _histories = [0];
    private long _told;
    private bool _hasSnapshot;
    private bool _isInterrupted;
    private bool _wasCompacted;

    public WatchWalk(Random random, WatchSpec spec)
    {
        _random = random;
        _spec = spec;
        for (var i = 0; i < 5; i++)
        {
            _etcd.Change(random);
        }

        _told = Math.Max(0, spec.From.Value - 1);
        _state = WatchState.For(spec);
        Tell(new WatchMessage.Start());
    }

    public List<string> Story { get; } = [];

    /// <summary>With filters etcd leaves things out, and the keys are not known as a whole.</summary>
    private bool IsFiltered => _spec.NoPuts || _spec.NoDeletes;

    public void Go(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Step();
        }

        // All comes to rest: everything that happened has been told.
        for (var i = 0; i < 2000 && !(IsAtRest && _state.Phase == WatchPhase.Live); i++)
        {
            Progress(mayFail: false);
        }

        Promise(_state.Phase == WatchPhase.Live && IsAtRest, $"it comes to rest, live; it is {_state.Phase}");
        Promise(!_isInterrupted, "an interruption is followed by a resumption or a resync");
        Promise(!Filter(_etcd.Now.Between(_told + 1, _etcd.Now.Revision)).Any(), $"everything up to {_etcd.Now.Revision} is told, not only up to {_told}");
        Promise(Histories(_told).Contains(_etcd.Index), "what was told belongs to the history that there is");
        if (!IsFiltered && _hasSnapshot)
        {
            Promise(Equal(_etcd.Now.Last), "what is known equals the store");
        }
    }

    private void Tell(WatchMessage message)
    {
        Story.Add($"{message.GetType().Name} {(message as WatchMessage.Signalled)?.Signal.GetType().Name}");
        var (state, effects) = WatchMachine.Handle(_state, message);
        _state = state;
        foreach (var effect in effects)
        {
            Run(effect);
        }
    }

    private void Hear(WatchEvent told)
    {
        Story.Add($"  told: {told.GetType().Name}");
        switch (told)
        {
            case WatchEvent.Based e:
                Promise(_spec.ReadsBefore && !_hasSnapshot, "the keys before the start are read once, when asked for");
                Replace(e.State.Map.Values);
                _histories = [.. Enumerable.Range(0, _etcd.Index + 1).Where(i => _etcd[i].Revision >= _told && Equal(_etcd[i].At(_told)))];
                Promise(_histories.Count > 0, "they are the keys before the start");
                break;
            case WatchEvent.Snapshot e:
                Promise(!_hasSnapshot && _told == 0, "one snapshot, at the start");
                Replace(e.KeyValues);
                Settle(e.Revision);
                break;
            case WatchEvent.Started e:
                Promise(_spec.FromNow && _told == 0, "a watch from now begins once");
                (_told, _isInterrupted, _histories) = (e.Revision.Value, false, [.. Enumerable.Range(0, _etcd.Index + 1).Where(i => _etcd[i].Revision >= e.Revision.Value)]);
                break;
            case WatchEvent.Changed e:
                OnChanged(e);
                break;
            case WatchEvent.Resynced e:
                OnResynced(e);
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

    private void OnChanged(WatchEvent.Changed e)
    {
        Promise(!_isInterrupted, "nothing is told on a stream that is not confirmed");
        _histories = [.. Histories(_told).Where(i => Filter(_etcd[i].Between(_told + 1, e.Revision.Value)).SequenceEqual(e.Events))];
        Promise(_histories.Count > 0, $"the history from {_told + 1} to {e.Revision}, whole and once");
        foreach (var change in e.Events)
        {
            Apply(change);
        }

        _told = e.Revision.Value;
        Promise(IsFiltered || !_hasSnapshot || e.State.Map.Values.SequenceEqual(_known.Values.OrderBy(kv => kv.Key)), "it remembers what it told");
    }

    private void OnResynced(WatchEvent.Resynced e)
    {
        var isReplaced = !Histories(_told).Contains(_etcd.Index);
        Promise(e.Revision.Value >= _told || isReplaced, "a resync goes back only when the history did");
        Promise(e.Reason != ResyncReason.ClusterChanged || _etcd.Now.Cluster > 1, "another cluster is only reported when there is one");
        Promise(e.Reason != ResyncReason.HistoryReplaced || _etcd.Index > 0, "a replaced history is only reported when it was replaced");
        Promise(e.Reason != ResyncReason.Compacted || _wasCompacted, "a compaction is only reported when there was one");
        Promise(e.IsComplete == (_hasSnapshot && !_spec.NoPuts), "it says whether the difference is whole");
        Promise(Filter(e.Difference).SequenceEqual(e.Difference), "a difference has nothing that is left out");
        foreach (var change in e.Difference)
        {
            Apply(change);
        }

        if (e.IsComplete && !IsFiltered)
        {
            Promise(Equal(e.KeyValues.ToImmutableSortedDictionary(kv => kv.Key, kv => kv)), "the difference makes what is known equal to the store");
        }

        Replace(e.KeyValues);
        Settle(e.Revision);
    }

    private void Settle(Revision at)
    {
        _histories = [.. Enumerable.Range(0, _etcd.Index + 1).Where(i => _etcd[i].Revision >= at.Value && Equal(_etcd[i].At(at.Value)))];
        Promise(_histories.Count > 0, $"the keys are those of revision {at}");
        (_told, _isInterrupted) = (at.Value, false);
    }

    /// <summary>The histories that say the same up to a revision as what was told.</summary>
    private List<int> Histories(long upTo) =>
        [.. Enumerable.Range(0, _etcd.Index + 1).Where(i => _histories.Any(h => h <= i && _etcd.IsSame(h, i, upTo)))];

    private IEnumerable<EtcdEvent> Filter(IEnumerable<EtcdEvent> events) => events.Where(e => e.IsDelete ? !_spec.NoDeletes : !_spec.NoPuts);

    private void Replace(IEnumerable<KeyValue> all)
    {
        _hasSnapshot = true;
        _known.Clear();
        foreach (var kv in all)
        {
            _known[kv.Key] = kv;
        }
    }

    private void Apply(EtcdEvent e)
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

    private bool Equal(ImmutableSortedDictionary<Bytes, KeyValue> keys) =>
        _known.Count == keys.Count && keys.All(kv => Equals(_known.GetValueOrDefault(kv.Key), kv.Value));

    private static void Promise(bool kept, string promise)
    {
        if (!kept)
        {
            throw new InvalidOperationException(promise);
        }
    }
}
