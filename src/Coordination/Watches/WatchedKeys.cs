using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Watches;

/// <summary>The keys of a watch at a revision. Immutable, and what two of them have in common they share: keeping an old one is cheap.</summary>
internal sealed record WatchedKeys(Revision Revision, ImmutableSortedDictionary<Bytes, KeyValue> Map)
{
    public static WatchedKeys Empty { get; } = new(Revision.None, ImmutableSortedDictionary<Bytes, KeyValue>.Empty);

    public static WatchedKeys From(Revision revision, IEnumerable<KeyValue> keyValues) =>
        new(revision, ImmutableSortedDictionary.CreateRange(keyValues.Select(kv => KeyValuePair.Create(kv.Key, kv))));

    public ImmutableArray<KeyValue> ToArray() => [.. Map.Values];

    public WatchedKeys Apply(Revision revision, ImmutableArray<EtcdEvent> events)
    {
        var map = Map.ToBuilder();
        foreach (var e in events)
        {
            if (e.IsDelete)
            {
                map.Remove(e.Current.Key);
            }
            else
            {
                map[e.Current.Key] = e.Current;
            }
        }

        return new WatchedKeys(revision, map.ToImmutable());
    }

    /// <summary>What must happen to these keys to make them the later ones: deletions, then puts, in byte order.</summary>
    public ImmutableArray<EtcdEvent> DifferenceTo(WatchedKeys later, bool noPuts = false, bool noDeletes = false)
    {
        if (ReferenceEquals(Map, later.Map))
        {
            return [];
        }

        var events = ImmutableArray.CreateBuilder<EtcdEvent>();
        foreach (var (key, old) in noDeletes ? Empty.Map : Map)
        {
            if (!later.Map.ContainsKey(key))
            {
                // Synthetic: when exactly it was deleted is no longer known, only that it is gone at this revision.
                events.Add(new EtcdEvent(true, new KeyValue(key, Bytes.Empty, Revision.None, later.Revision, 0, LeaseId.None), old));
            }
        }

        foreach (var (key, kv) in noPuts ? Empty.Map : later.Map)
        {
            var old = Map.GetValueOrDefault(key);
            if (old != kv)
            {
                events.Add(new EtcdEvent(false, kv, old));
            }
        }

        return events.ToImmutable();
    }
}
