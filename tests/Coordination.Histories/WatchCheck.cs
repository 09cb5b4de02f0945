using Coordination.Etcd;

namespace Coordination.Histories;

/// <summary>
/// Whether a watch told the history: from its start whole revisions, each once and in order, or an explicit resync after which the copy of a subscriber equals the
/// store.
/// </summary>
/// <param name="history">What happened, as far back as it is known.</param>
internal sealed class WatchCheck(WrittenHistory history)
{
    private readonly SortedDictionary<Bytes, KeyValue> _copy = [];
    private Revision _at;

    public static Revision RevisionOf(WatchEvent told) => told switch
    {
        WatchEvent.Snapshot e => e.Revision,
        WatchEvent.Changed e => e.Revision,
        WatchEvent.Resynced e => e.Revision,
        WatchEvent.Conflated e => e.Revision,
        _ => Revision.None,
    };

    /// <summary>The first thing that is wrong with what was told; null when nothing is.</summary>
    public string? Follow(IEnumerable<WatchEvent> told)
    {
        foreach (var next in told)
        {
            switch (next)
            {
                case WatchEvent.Snapshot e:
                    Replace(e.KeyValues);
                    break;
                case WatchEvent.Resynced e:
                    if (e.IsComplete)
                    {
                        Apply(e.Difference);
                        if (!_copy.Values.SequenceEqual(e.KeyValues))
                        {
                            return $"the difference told at {e.Revision} does not make what there is: {Text(_copy.Values)} instead of {Text(e.KeyValues)}";
                        }
                    }

                    Replace(e.KeyValues);
                    break;
                case WatchEvent.Conflated e:
                    Apply(e.Events);
                    break;
                case WatchEvent.Changed e:
                    if (e.Events[0].Current.ModRevision <= _at)
                    {
                        return $"revision {e.Events[0].Current.ModRevision} was told after {_at}";
                    }

                    if (_at >= history.From)
                    {
                        var expected = history.Between(_at, e.Revision).Select(Plain).ToList();
                        if (!expected.SequenceEqual(e.Events.Select(Plain)))
                        {
                            return $"from {_at.Next} to {e.Revision} it told [{string.Join(", ", e.Events.Select(Plain))}] instead of [{string.Join(", ", expected)}]";
                        }
                    }

                    Apply(e.Events);
                    break;
                default:
                    continue;
            }

            _at = RevisionOf(next);
            if (next is not WatchEvent.Changed && _at >= history.From && Difference(history.KeysAt(_at)) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    /// <summary>Whether all that was told adds up to what is there in the end; null when it does.</summary>
    public string? Arrive() => Difference(history.Keys());

    private static EtcdEvent Plain(EtcdEvent e) => e with { Previous = null };

    private static string Text(IEnumerable<KeyValue> keys) => $"[{string.Join(", ", keys.Select(static kv => $"{kv.Key}@{kv.ModRevision.Value}"))}]";

    private string? Difference(IReadOnlyCollection<KeyValue> stored) =>
        _copy.Values.SequenceEqual(stored) ? null : $"what was told up to {_at} makes {Text(_copy.Values)}, and etcd has {Text(stored)}";

    private void Replace(IEnumerable<KeyValue> all)
    {
        _copy.Clear();
        foreach (var kv in all)
        {
            _copy[kv.Key] = kv;
        }
    }

    private void Apply(IEnumerable<EtcdEvent> changes)
    {
        foreach (var change in changes)
        {
            _copy.Apply(change);
        }
    }
}
