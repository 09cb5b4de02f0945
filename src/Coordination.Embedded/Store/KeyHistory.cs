using Google.Protobuf;
using Mvccpb;

namespace Coordination.Embedded.Store;

/// <summary>
/// The versions of one key, oldest first. A tombstone ends a generation: the next version starts again with version 1 and a new create revision.
/// </summary>
internal sealed class KeyHistory(ByteString key)
{
    private readonly List<KeyVersion> _versions = new(1);

    public ByteString Key { get; } = key;

    public bool IsEmpty => _versions.Count == 0;

    public IReadOnlyList<KeyVersion> Versions => _versions;

    public void Add(KeyVersion version) => _versions.Add(version);

    /// <summary>The pair as it was at the end of a revision; null when the key did not exist then.</summary>
    public KeyValue? At(long revision)
    {
        var i = LastAt(revision);
        return i < 0 || _versions[i].IsTombstone ? null : _versions[i].Pair;
    }

    /// <summary>Forgets what nobody can read any more once revisions below <paramref name="revision"/> are gone.</summary>
    /// <returns>The bytes of the pairs that were forgotten.</returns>
    public long Compact(long revision)
    {
        var kept = LastAt(revision);
        if (kept >= 0 && _versions[kept].IsTombstone)
        {
            kept++;
        }

        return Remove(0, Math.Max(0, kept));
    }

    /// <summary>Forgets everything after a revision, as a restored backup does.</summary>
    public long Truncate(long revision)
    {
        var first = LastAt(revision) + 1;
        return Remove(first, _versions.Count - first);
    }

    private long Remove(int index, int count)
    {
        long bytes = 0;
        for (var i = index; i < index + count; i++)
        {
            bytes += _versions[i].Pair.Key.Length + _versions[i].Pair.Value.Length;
        }

        _versions.RemoveRange(index, count);
        return bytes;
    }

    private int LastAt(long revision)
    {
        // Nearly all reads are of the latest version.
        var last = _versions.Count - 1;
        if (last < 0 || _versions[last].Revision.Main <= revision)
        {
            return last;
        }

        int low = 0, high = last;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_versions[middle].Revision.Main <= revision)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
