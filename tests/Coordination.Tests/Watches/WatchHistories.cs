using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Tests.Watches;

/// <summary>
/// A model of etcd's store for the walk: every history there has been, one after the other. A restored backup begins a new one that shares what came
/// before the backup; another cluster begins one that shares nothing.
/// </summary>
internal sealed class WatchHistories
{
    private static readonly ImmutableArray<Bytes> Keys = ["a", "b", "c", "d", "e"];

    private readonly List<History> _all = [new(1, 0)];

    public History Now => _all[^1];

    public int Index => _all.Count - 1;

    public History this[int index] => _all[index];

    /// <summary>A transaction on some of the keys; none when the dice show no key.</summary>
    public void Change(Random random)
    {
        var history = Now;
        var revision = new Revision(history.Revision + 1);
        var keys = history.Last;
        var events = ImmutableArray.CreateBuilder<EtcdEvent>();
        foreach (var key in Keys.Where(_ => random.Next(3) == 0))
        {
            var old = keys.GetValueOrDefault(key);
            if (old is not null && random.Next(2) == 0)
            {
                keys = keys.Remove(key);
                events.Add(new EtcdEvent(true, new KeyValue(key, Bytes.Empty, Revision.None, revision, 0, LeaseId.None), null));
            }
            else
            {
                var kv = new KeyValue(key, $"{Index}.{revision}", old?.CreateRevision ?? revision, revision, (old?.Version ?? 0) + 1, LeaseId.None);
                keys = keys.SetItem(key, kv);
                events.Add(new EtcdEvent(false, kv, null));
            }
        }

        if (events.Count > 0)
        {
            history.Add(events.ToImmutable(), keys);
        }
    }

    public void Restore(long revision) => _all.Add(Now.UpTo(revision));

    public void ReplaceCluster(Random random)
    {
        _all.Add(new History(Now.Cluster + 1, 0));
        for (var i = random.Next(30); i > 0; i--)
        {
            Change(random);
        }
    }

    /// <summary>Whether what was told up to a revision in one history is also what the other one says.</summary>
    public bool IsSame(int earlier, int later, long told) => Enumerable.Range(earlier + 1, later - earlier).All(i => _all[i].SharedUpTo >= told);

    internal sealed class History(ulong cluster, long sharedUpTo)
    {
        private readonly List<(ImmutableArray<EtcdEvent> Events, ImmutableSortedDictionary<Bytes, KeyValue> Keys)> _revisions =
            [([], ImmutableSortedDictionary<Bytes, KeyValue>.Empty), ([], ImmutableSortedDictionary<Bytes, KeyValue>.Empty)];

        public ulong Cluster => cluster;

        public long SharedUpTo => sharedUpTo;

        public long Revision => _revisions.Count - 1;

        public long Compacted { get; set; }

        public ImmutableSortedDictionary<Bytes, KeyValue> Last => _revisions[^1].Keys;

        public ImmutableSortedDictionary<Bytes, KeyValue> At(long revision) => _revisions[(int)revision].Keys;

        public IEnumerable<EtcdEvent> Between(long first, long last) =>
            _revisions.Skip((int)first).Take((int)Math.Max(0, last - first + 1)).SelectMany(r => r.Events);

        public ImmutableArray<EtcdEvent> EventsOf(long revision) => _revisions[(int)revision].Events;

        public void Add(ImmutableArray<EtcdEvent> events, ImmutableSortedDictionary<Bytes, KeyValue> keys) => _revisions.Add((events, keys));

        public History UpTo(long revision)
        {
            var restored = new History(cluster, revision) { Compacted = Math.Min(Compacted, revision) };
            restored._revisions.Clear();
            restored._revisions.AddRange(_revisions.Take((int)revision + 1));
            return restored;
        }
    }
}
