using System.Buffers.Binary;
using Google.Protobuf;

namespace Coordination.Embedded.Store;

/// <summary>The versions of a store as etcd's database has them: named by their revision, in its order.</summary>
internal static class StoredVersions
{
    private const int NameLength = 17;

    /// <summary>What is stored up to a revision: without what the last compaction removed.</summary>
    public static IEnumerable<(byte[] Name, byte[] Value)> Of(MvccStore store, long revision)
    {
        var versions = new List<(KeyVersion Version, bool IsLast)>();
        foreach (var key in store.Keys.All())
        {
            var last = -1;
            foreach (var version in key.Versions.Where(version => version.Revision.Main <= revision))
            {
                if (last >= 0)
                {
                    versions[last] = versions[last] with { IsLast = false };
                }

                last = versions.Count;
                versions.Add((version, true));
            }
        }

        // At and below the compacted revision only what is still there counts; but when no key is left at all, etcd counts everything.
        if (versions.Exists(static entry => entry.IsLast && !entry.Version.IsTombstone))
        {
            versions.RemoveAll(entry =>
                entry.Version.Revision.Main <= store.CompactedRevision && (!entry.IsLast || entry.Version.IsTombstone));
        }

        versions.Sort(static (left, right) => left.Version.Revision.CompareTo(right.Version.Revision));
        return versions.Select(static entry => (NameOf(entry.Version.Revision, entry.Version.IsTombstone), ValueOf(entry.Version)));
    }

    public static byte[] NameOf(Revision revision, bool isTombstone = false)
    {
        var name = new byte[isTombstone ? NameLength + 1 : NameLength];
        BinaryPrimitives.WriteInt64BigEndian(name, revision.Main);
        name[8] = (byte)'_';
        BinaryPrimitives.WriteInt64BigEndian(name.AsSpan(9), revision.Sub);
        if (isTombstone)
        {
            name[NameLength] = (byte)'t';
        }

        return name;
    }

    private static byte[] ValueOf(KeyVersion version) =>
        (version.IsTombstone ? new Etcd.Protos.KeyValue { Key = version.Pair.Key } : version.Pair).ToByteArray();
}
