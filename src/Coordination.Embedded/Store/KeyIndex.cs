using Google.Protobuf;

namespace Coordination.Embedded.Store;

/// <summary>
/// All keys in byte order, also the deleted ones that still have a history. A list of sorted blocks: a search is two binary searches, and an
/// insertion moves at most one block.
/// </summary>
internal sealed class KeyIndex
{
    private const int MaxBlockLength = 256;

    private readonly List<List<KeyHistory>> _blocks = [];

    public KeyHistory? Find(ByteString key)
    {
        var (block, position, found) = Locate(key);
        return found ? _blocks[block][position] : null;
    }

    public KeyHistory GetOrAdd(ByteString key)
    {
        var (block, position, found) = Locate(key);
        if (found)
        {
            return _blocks[block][position];
        }

        var added = new KeyHistory(key);
        if (_blocks.Count == 0)
        {
            _blocks.Add([added]);
            return added;
        }

        _blocks[block].Insert(position, added);
        SplitIfFull(block);
        return added;
    }

    public void Remove(ByteString key)
    {
        var (block, position, found) = Locate(key);
        if (!found)
        {
            return;
        }

        _blocks[block].RemoveAt(position);
        if (_blocks[block].Count == 0)
        {
            _blocks.RemoveAt(block);
        }
    }

    /// <summary>The keys of a range in order. The index must not change while they are enumerated.</summary>
    public IEnumerable<KeyHistory> In(KeyRange range)
    {
        var (block, position, _) = Locate(range.Key);
        for (; block < _blocks.Count; block++, position = 0)
        {
            var keys = _blocks[block];
            for (; position < keys.Count; position++)
            {
                if (!range.Contains(keys[position].Key))
                {
                    yield break;
                }

                yield return keys[position];
            }
        }
    }

    public IEnumerable<KeyHistory> All() => _blocks.SelectMany(static block => block);

    private void SplitIfFull(int block)
    {
        var full = _blocks[block];
        if (full.Count <= MaxBlockLength)
        {
            return;
        }

        // Keys that arrive in order leave full blocks behind instead of half-empty ones.
        var half = block == _blocks.Count - 1 ? MaxBlockLength : full.Count / 2;
        _blocks.Insert(block + 1, full.GetRange(half, full.Count - half));
        full.RemoveRange(half, full.Count - half);
    }

    // Where the key is, or where it would be inserted.
    private (int Block, int Position, bool Found) Locate(ByteString key)
    {
        int low = 0, high = _blocks.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (KeyRange.Compare(_blocks[middle][0].Key, key) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        var block = Math.Max(0, low - 1);
        if (block >= _blocks.Count)
        {
            return (0, 0, false);
        }

        var keys = _blocks[block];
        (low, high) = (0, keys.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (KeyRange.Compare(keys[middle].Key, key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return (block, low, low < keys.Count && keys[low].Key.Equals(key));
    }
}
