using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Elections;

/// <summary>
/// The rules of an observation, pure: from what a watch of all candidates shows to who leads. Each revision is looked at by itself, so that every
/// leader is told, also one of a moment; after a cut of the history only the latest.
/// </summary>
internal sealed class ObservationMachine(string election)
{
    private readonly ElectionKeys _keys = new(election);
    private ImmutableDictionary<Bytes, KeyValue> _candidates = ImmutableDictionary<Bytes, KeyValue>.Empty;
    private LeaderChanged? _told;

    /// <summary>The candidate that was created first.</summary>
    public static ElectionLeader? LeaderOf(IEnumerable<KeyValue> candidates) =>
        candidates.MinBy(kv => (kv.CreateRevision, kv.Key)) is { } first
            ? new ElectionLeader(first.Key, first.Value, first.CreateRevision.Value, first.ModRevision.Value, first.Lease)
            : null;

    public IEnumerable<LeaderChanged> Handle(WatchEvent told) => told switch
    {
        WatchEvent.Snapshot m => List(m.Revision, m.KeyValues),
        WatchEvent.Resynced m => List(m.Revision, m.KeyValues),
        WatchEvent.Changed m => [.. m.Events.GroupBy(e => e.Current.ModRevision).SelectMany(revision => Change(revision.Key, revision))],

        // Away for a while: what was told last is the best that is known.
        _ => [],
    };

    private ImmutableArray<LeaderChanged> List(Revision revision, ImmutableArray<KeyValue> keyValues)
    {
        _candidates = keyValues.Where(_keys.IsCandidate).ToImmutableDictionary(kv => kv.Key);
        return Tell(revision);
    }

    private ImmutableArray<LeaderChanged> Change(Revision revision, IEnumerable<EtcdEvent> events)
    {
        foreach (var e in events)
        {
            _candidates = _keys.IsCandidate(e.Current) && !e.IsDelete ? _candidates.SetItem(e.Current.Key, e.Current) : _candidates.Remove(e.Current.Key);
        }

        return Tell(revision);
    }

    private ImmutableArray<LeaderChanged> Tell(Revision revision)
    {
        var leader = LeaderOf(_candidates.Values);
        if (_told is not null && _told.Leader == leader)
        {
            return [];
        }

        _told = new LeaderChanged(election, leader, revision.Value);
        return [_told];
    }
}
