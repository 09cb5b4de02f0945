using Coordination.Embedded.Store;
using Google.Protobuf;

namespace Coordination.Embedded.Watches;

/// <summary>
/// Finds the watches that a key concerns. Single keys and prefixes (the range ends where the prefix ends) are found by hash, also when there are
/// tens of thousands; other ranges are tried one after the other.
/// </summary>
internal sealed class WatcherIndex
{
    private readonly Dictionary<ByteString, HashSet<Watcher>> _keys = [];
    private readonly Dictionary<ByteString, HashSet<Watcher>> _prefixes = [];

    // How many prefixes of each length are watched.
    private readonly SortedDictionary<int, int> _prefixLengths = [];
    private readonly HashSet<Watcher> _ranges = [];

    public void Add(Watcher watcher)
    {
        if (watcher.Range.IsSingle)
        {
            AddTo(_keys, watcher);
        }
        else if (IsPrefix(watcher.Range))
        {
            if (AddTo(_prefixes, watcher))
            {
                var length = watcher.Range.Key.Length;
                _prefixLengths[length] = _prefixLengths.GetValueOrDefault(length) + 1;
            }
        }
        else
        {
            _ranges.Add(watcher);
        }
    }

    public void Remove(Watcher watcher)
    {
        if (watcher.Range.IsSingle)
        {
            RemoveFrom(_keys, watcher);
        }
        else if (IsPrefix(watcher.Range))
        {
            var length = watcher.Range.Key.Length;
            if (RemoveFrom(_prefixes, watcher) && --_prefixLengths[length] == 0)
            {
                _prefixLengths.Remove(length);
            }
        }
        else
        {
            _ranges.Remove(watcher);
        }
    }

    public void Visit(ByteString key, Action<Watcher> visit)
    {
        VisitAll(_keys, key, visit);
        foreach (var length in _prefixLengths.Keys)
        {
            if (length > key.Length)
            {
                break;
            }

            VisitAll(_prefixes, ByteString.CopyFrom(key.Span[..length]), visit);
        }

        foreach (var watcher in _ranges)
        {
            if (watcher.Range.Contains(key))
            {
                visit(watcher);
            }
        }
    }

    // The end of a prefix is the prefix with its last byte raised by one.
    private static bool IsPrefix(KeyRange range)
    {
        if (range.End is not { } end || end.Length != range.Key.Length)
        {
            return false;
        }

        var last = end.Length - 1;
        return end[last] == range.Key[last] + 1 && end.Span[..last].SequenceEqual(range.Key.Span[..last]);
    }

    private static bool AddTo(Dictionary<ByteString, HashSet<Watcher>> map, Watcher watcher)
    {
        var isNew = !map.TryGetValue(watcher.Range.Key, out var watchers);
        if (watchers is null)
        {
            map.Add(watcher.Range.Key, watchers = []);
        }

        watchers.Add(watcher);
        return isNew;
    }

    private static bool RemoveFrom(Dictionary<ByteString, HashSet<Watcher>> map, Watcher watcher)
    {
        if (!map.TryGetValue(watcher.Range.Key, out var watchers) || !watchers.Remove(watcher) || watchers.Count > 0)
        {
            return false;
        }

        return map.Remove(watcher.Range.Key);
    }

    private static void VisitAll(Dictionary<ByteString, HashSet<Watcher>> map, ByteString key, Action<Watcher> visit)
    {
        if (map.TryGetValue(key, out var watchers))
        {
            foreach (var watcher in watchers)
            {
                visit(watcher);
            }
        }
    }
}
