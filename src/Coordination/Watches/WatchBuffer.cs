using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Watches;

/// <summary>
/// What waits for one subscriber, bounded: when more waits than the limit, single events are given up and the difference between the keys that the
/// subscriber knows and the keys as they are is told instead, when the subscriber gets to it. Both share what they have in common, so that a
/// subscriber that never reads costs no more memory the longer it sleeps. Not thread-safe.
/// </summary>
/// <param name="limit">How many changes may wait. A single event is never split and always fits.</param>
/// <param name="filter">Whether puts or deletions are left out.</param>
/// <param name="beginsWithSnapshot">Whether the watch begins with a snapshot; if not, any snapshot is a resync.</param>
internal sealed class WatchBuffer(int limit, (bool NoPuts, bool NoDeletes) filter, bool beginsWithSnapshot)
{
    private readonly Queue<Waiting> _queue = new();
    private Waiting? _tail;
    private WatchedKeys? _taken;
    private WatchedKeys? _latest;
    private Late? _late;
    private WatchEvent.Ended? _ended;
    private int _weight;

    public void Add(WatchEvent told)
    {
        switch (told)
        {
            case WatchEvent.Ended e:
                _ended = e;
                break;
            case WatchEvent.Based e:
                Silently(e.State);
                break;
            case WatchEvent.Snapshot e when beginsWithSnapshot && _latest is null:
                Queue(e, e.State, 1);
                break;
            case WatchEvent.Snapshot e:
                // Its watcher is a new one. For the subscriber the sequence goes on.
                var resynced = new WatchEvent.Resynced(e.Revision, e.KeyValues, Difference(_latest ?? WatchedKeys.Empty, e.State))
                {
                    Reason = ResyncReason.WatcherReplaced, IsComplete = _latest is not null, State = e.State,
                };
                Queue(resynced, e.State, 1);
                break;
            case WatchEvent.Resynced e:
                Queue(e with { Difference = Filter(e.Difference) }, e.State, 1);
                break;
            case WatchEvent.Changed e:
                var events = Filter(e.Events);
                if (events.IsEmpty)
                {
                    Silently(e.State);
                }
                else
                {
                    Queue(e with { Events = events }, e.State, events.Length);
                }

                break;
            default:
                Queue(told, _latest, 1);
                break;
        }
    }

    /// <summary>The next event, as something that makes it: that may be work, and is not to be done under a lock.</summary>
    public Func<WatchEvent>? Take()
    {
        if (_queue.TryDequeue(out var waiting))
        {
            _tail = _queue.Count == 0 ? null : _tail;
            _weight -= waiting.Weight;
            _taken = waiting.After;
            return () => waiting.Event;
        }

        if (_late is { } late)
        {
            return TakeLate(late);
        }

        var ended = _ended;
        _ended = null;
        return ended is null ? null : () => ended;
    }

    private Func<WatchEvent>? TakeLate(Late late)
    {
        var (before, after) = (_taken, _latest);
        _late = null;
        _taken = _latest;
        if (late.Interrupted is { } interrupted)
        {
            Queue(interrupted, _latest, 1);
        }

        // Without keys there was nothing but interruptions.
        return after is null ? Take() : () => late.ToEvent(before, after, beginsWithSnapshot, Difference);
    }

    private void Queue(WatchEvent told, WatchedKeys? after, int weight)
    {
        _latest = after;
        if (_late is null && _queue.Count > 0 && _weight + weight > limit)
        {
            _late = new Late();
            foreach (var waiting in _queue)
            {
                _late.Add(waiting.Event);
            }

            _queue.Clear();
            (_tail, _weight) = (null, 0);
        }

        if (_late is not null)
        {
            _late.Add(told);
            return;
        }

        _queue.Enqueue(_tail = new Waiting(told, weight) { After = after });
        _weight += weight;
    }

    /// <summary>The keys are others, and the subscriber does not want to hear of it.</summary>
    private void Silently(WatchedKeys after)
    {
        _latest = after;
        if (_tail is not null)
        {
            _tail.After = after;
        }
        else if (_late is null)
        {
            _taken = after;
        }
    }

    private ImmutableArray<EtcdEvent> Filter(ImmutableArray<EtcdEvent> events) =>
        filter is (false, false) ? events : events.RemoveAll(e => e.IsDelete ? filter.NoDeletes : filter.NoPuts);

    private ImmutableArray<EtcdEvent> Difference(WatchedKeys before, WatchedKeys after) => before.DifferenceTo(after, filter.NoPuts, filter.NoDeletes);

    private sealed record Waiting(WatchEvent Event, int Weight)
    {
        /// <summary>The keys after this event.</summary>
        public WatchedKeys? After { get; set; }
    }

    /// <summary>What the events that were given up amount to.</summary>
    private sealed class Late
    {
        private WatchEvent.Resynced? _resynced;
        private bool _isComplete = true;
        private long _count;

        public WatchEvent.Interrupted? Interrupted { get; private set; }

        public void Add(WatchEvent told)
        {
            _count++;
            Interrupted = told as WatchEvent.Interrupted;
            if (told is WatchEvent.Resynced e)
            {
                _resynced = e;
                _isComplete &= e.IsComplete;
            }
        }

        public WatchEvent ToEvent(
            WatchedKeys? before, WatchedKeys after, bool beginsWithSnapshot, Func<WatchedKeys, WatchedKeys, ImmutableArray<EtcdEvent>> difference) =>
            before is null && beginsWithSnapshot ? new WatchEvent.Snapshot(after.Revision, after.ToArray()) { State = after }
            : _resynced is { } cut ? new WatchEvent.Resynced(after.Revision, after.ToArray(), difference(before ?? WatchedKeys.Empty, after))
            {
                Reason = cut.Reason, IsComplete = _isComplete, State = after,
            }
            : new WatchEvent.Conflated(after.Revision, difference(before ?? WatchedKeys.Empty, after)) { Replaced = _count };
    }
}
