using Mvccpb;

namespace Coordination.Embedded.Store;

/// <summary>
/// Keys with all their versions since the last compaction. Not thread-safe; whoever uses it serialises.
/// </summary>
internal sealed class MvccStore(ILeaseKeys leases)
{
    public KeyIndex Keys { get; } = new();

    public CommitLog Log { get; } = new();

    /// <summary>The revision of the last change. An empty store is at 1, as etcd is.</summary>
    public long CurrentRevision { get; private set; } = 1;

    /// <summary>The oldest revision that can be read; -1 before the first compaction.</summary>
    public long CompactedRevision { get; private set; } = -1;

    /// <summary>The bytes of all keys and values, also of old versions.</summary>
    public long DataSize { get; private set; }

    public StoreTransaction Begin() => new(this, leases);

    /// <summary>Reads the pairs of a range as they were at the end of a revision.</summary>
    /// <param name="range">The keys.</param>
    /// <param name="revision">A revision that is neither compacted nor in the future.</param>
    /// <param name="limit">The most pairs to return; 0 for all.</param>
    /// <param name="countOnly">Whether only their number matters.</param>
    public RangeResult Read(KeyRange range, long revision, long limit = 0, bool countOnly = false)
    {
        var pairs = new List<KeyValue>();
        if (range.IsSingle)
        {
            if (Keys.Find(range.Key)?.At(revision) is not { } single)
            {
                return new(pairs, 0);
            }

            if (!countOnly)
            {
                pairs.Add(single);
            }

            return new(pairs, 1);
        }

        long count = 0;
        foreach (var key in Keys.In(range))
        {
            if (key.At(revision) is { } pair)
            {
                count++;
                if (!countOnly && (limit <= 0 || pairs.Count < limit))
                {
                    pairs.Add(pair);
                }
            }
        }

        return new(pairs, count);
    }

    public void Compact(long revision)
    {
        // Only keys that changed since the last compaction can have anything to forget.
        for (var r = Log.First; r <= Math.Min(revision, CurrentRevision); r++)
        {
            foreach (var change in Log[r].Changes)
            {
                // A key that was forgotten before may have a new history, which is not this one.
                var forgotten = change.History.Compact(revision);
                DataSize -= forgotten;
                if (forgotten > 0 && change.History.IsEmpty)
                {
                    Keys.Remove(change.Key);
                }
            }
        }

        Log.DropBefore(revision);
        CompactedRevision = revision;
    }

    /// <summary>Goes back to an earlier revision, which is not compacted.</summary>
    public void ForgetAfter(long revision)
    {
        for (var r = revision + 1; r <= CurrentRevision; r++)
        {
            foreach (var change in Log[r].Changes)
            {
                if (Keys.Find(change.Key) is { } key)
                {
                    DataSize -= key.Truncate(revision);
                    if (key.IsEmpty)
                    {
                        Keys.Remove(change.Key);
                    }
                }
            }
        }

        Log.DropAfter(revision);
        CurrentRevision = revision;
    }

    /// <summary>Goes on at a later revision with the same keys. What was before is compacted.</summary>
    public void JumpTo(long revision)
    {
        Compact(CurrentRevision);
        Log.StartAfter(revision);
        CurrentRevision = revision;
        CompactedRevision = revision;
    }

    /// <summary>Fills an empty store with what another one had.</summary>
    /// <param name="versions">All versions in the order of their revisions; from the compacted revision on without a gap.</param>
    /// <param name="current">The current revision.</param>
    /// <param name="compacted">The compacted revision; -1 for none.</param>
    public void Load(IEnumerable<KeyVersion> versions, long current, long compacted)
    {
        foreach (var group in Grouped(versions))
        {
            var changes = group.Select(version =>
            {
                var key = Keys.GetOrAdd(version.Pair.Key);
                var change = new Change(key, version, key.At(version.Revision.Main - 1));
                key.Add(version);
                return change;
            }).ToArray();
            if (group[0].Revision.Main >= compacted)
            {
                Append(new Commit(group[0].Revision.Main, changes));
            }
            else
            {
                DataSize += changes.Sum(static change => change.Key.Length + change.Version.Pair.Value.Length);
            }
        }

        if (compacted == current && CurrentRevision < current)
        {
            // It had jumped there.
            JumpTo(current);
            return;
        }

        if (CurrentRevision != current)
        {
            throw new InvalidDataException($"Its history ends at {CurrentRevision} instead of {current}.");
        }

        if (compacted >= 0)
        {
            Compact(compacted);
        }
    }

    /// <summary>Ends a transaction that changed something.</summary>
    internal void Append(Commit commit)
    {
        Log.Add(commit);
        CurrentRevision = commit.Revision;
        foreach (var change in commit.Changes)
        {
            DataSize += change.Key.Length + change.Version.Pair.Value.Length;
        }
    }

    // The versions of one revision after those of the other.
    private static IEnumerable<List<KeyVersion>> Grouped(IEnumerable<KeyVersion> versions)
    {
        var group = new List<KeyVersion>();
        foreach (var version in versions)
        {
            if (group.Count > 0 && group[0].Revision.Main != version.Revision.Main)
            {
                yield return group;
                group = [];
            }

            group.Add(version);
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }
}
