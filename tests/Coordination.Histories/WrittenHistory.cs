using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Histories;

/// <summary>One change.</summary>
/// <param name="Event">What etcd told.</param>
/// <param name="Revision">When, by etcd's order.</param>
/// <param name="SeenAt">When that arrived, by the clock of the run: it was committed before.</param>
internal sealed record StoreChange(EtcdEvent Event, long Revision, long SeenAt)
{
    public Bytes Key => Event.Current.Key;

    public bool IsDelete => Event.IsDelete;

    public KeyValue Current => Event.Current;
}

/// <summary>What etcd did to some keys, in its own order. Everything that users were told is held against it.</summary>
/// <param name="before">The keys as they were when it begins.</param>
/// <param name="from">After which revision it begins; none: at the first.</param>
internal sealed class WrittenHistory(ImmutableArray<KeyValue> before, Revision from)
{
    private readonly List<StoreChange> _changes = [];

    public WrittenHistory()
        : this([], Revision.None)
    {
    }

    /// <summary>What was before is not known.</summary>
    public Revision From => from;

    public IReadOnlyList<StoreChange> Changes => _changes;

    public void Add(EtcdEvent change, long seenAt) => _changes.Add(new StoreChange(change, change.Current.ModRevision.Value, seenAt));

    /// <summary>A backup was restored: from this revision on the keys are what they were before, with the revisions that they had then.</summary>
    public void Restore(IEnumerable<KeyValue> restored, Revision at, long seenAt)
    {
        var keys = restored.ToDictionary(static kv => kv.Key);
        foreach (var gone in Keys().Where(kv => !keys.ContainsKey(kv.Key)))
        {
            _changes.Add(new StoreChange(new EtcdEvent(true, new KeyValue(gone.Key, Bytes.Empty, Revision.None, at, 0, LeaseId.None), null), at.Value, seenAt));
        }

        foreach (var back in keys.Values.Except(Keys()).ToList())
        {
            _changes.Add(new StoreChange(new EtcdEvent(false, back, null), at.Value, seenAt));
        }
    }

    /// <summary>All changes after one revision, up to another.</summary>
    public IEnumerable<EtcdEvent> Between(Revision after, Revision to) => _changes[CountUpTo(after)..CountUpTo(to)].Select(static c => c.Event);

    /// <summary>The keys as they were at a revision, in their order.</summary>
    public IReadOnlyCollection<KeyValue> KeysAt(Revision revision) => KeysAfter(CountUpTo(revision));

    /// <summary>The keys as they are in the end.</summary>
    public IReadOnlyCollection<KeyValue> Keys() => KeysAfter(_changes.Count);

    /// <summary>The history of some of the keys.</summary>
    public WrittenHistory Of(KeyRange keys)
    {
        var part = new WrittenHistory([.. before.Where(kv => keys.Contains(kv.Key))], from);
        part._changes.AddRange(_changes.Where(c => keys.Contains(c.Key)));
        return part;
    }

    /// <summary>Whom a key named, one put after the other: the token of each is the revision of its put.</summary>
    public IEnumerable<Reign> ReignsOf(Bytes key)
    {
        StoreChange? put = null;
        foreach (var change in _changes.Where(c => c.Key == key))
        {
            if (put is not null)
            {
                yield return new Reign(put.Current.ModRevision.Value, put.Current, change.SeenAt, change.Revision) { Began = put.Revision };
            }

            put = change.IsDelete ? null : change;
        }

        if (put is not null)
        {
            yield return new Reign(put.Current.ModRevision.Value, put.Current, null, null) { Began = put.Revision };
        }
    }

    /// <summary>Who was the first in a line of candidates, one after the other: the term of each is the revision that created its key. Also, for a while, nobody (term 0).</summary>
    public IEnumerable<Reign> LeadersOf(KeyRange candidates)
    {
        var line = new SortedDictionary<long, KeyValue>();
        var (term, began, key) = (-1L, 0L, default(KeyValue));
        foreach (var revision in _changes.Where(c => candidates.Contains(c.Key)).GroupBy(static c => c.Revision))
        {
            foreach (var change in revision)
            {
                if (!change.IsDelete)
                {
                    line[change.Current.CreateRevision.Value] = change.Current;
                }
                else if (line.FirstOrDefault(c => c.Value.Key == change.Key).Key is var created and > 0)
                {
                    line.Remove(created);
                }
            }

            var leader = line.Count == 0 ? 0 : line.First().Key;
            if (leader != term)
            {
                if (key is not null)
                {
                    yield return new Reign(term, key, revision.First().SeenAt, revision.Key) { Began = began };
                }

                (term, began, key) = (leader, revision.Key, leader == 0 ? revision.First().Current : line[leader]);
            }
        }

        if (key is not null)
        {
            yield return new Reign(term, key, null, null) { Began = began };
        }
    }

    private int CountUpTo(Revision revision)
    {
        var (least, most) = (0, _changes.Count);
        while (least < most)
        {
            var middle = (least + most) / 2;
            (least, most) = _changes[middle].Revision <= revision.Value ? (middle + 1, most) : (least, middle);
        }

        return least;
    }

    private SortedDictionary<Bytes, KeyValue>.ValueCollection KeysAfter(int count)
    {
        var keys = new SortedDictionary<Bytes, KeyValue>();
        foreach (var kv in before)
        {
            keys[kv.Key] = kv;
        }

        foreach (var change in _changes[..count])
        {
            keys.Apply(change.Event);
        }

        return keys.Values;
    }
}

/// <summary>One turn of a lock's key, or one term of an election, in etcd.</summary>
/// <param name="Token">The token, or the term.</param>
/// <param name="Key">The key of its owner when it began; of the last one when nobody follows.</param>
/// <param name="EndSeenAt">When its end was seen; null: it lasts.</param>
/// <param name="EndRevision">The revision of its end.</param>
internal sealed record Reign(long Token, KeyValue Key, long? EndSeenAt, long? EndRevision)
{
    /// <summary>The revision at which it began.</summary>
    public long Began { get; init; } = Token;
}

/// <summary>A copy of keys that changes are applied to.</summary>
internal static class KeyCopy
{
    public static void Apply(this SortedDictionary<Bytes, KeyValue> copy, EtcdEvent change)
    {
        if (change.IsDelete)
        {
            copy.Remove(change.Current.Key);
        }
        else
        {
            copy[change.Current.Key] = change.Current;
        }
    }
}
