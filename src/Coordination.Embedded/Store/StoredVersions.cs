using System.Buffers.Binary;
using Google.Protobuf;

namespace Coordination.Embedded.Store;

/// <summary>The versions of a store as etcd's database has them: named by their revision, in its order.</summary>
internal static class StoredVersions
{
    private const int NameLength = 17;

    /// <summary>All that is stored.</summary>
    public static IEnumerable<(byte[] Name, byte[] Value)> All(MvccStore store) =>
        store.Keys.All().SelectMany(static key => key.Versions).OrderBy(static version => version.Revision).Select(Stored);

    /// <summary>What counts when stores are compared at a revision.</summary>
    public static IEnumerable<(byte[] Name, byte[] Value)> At(MvccStore store, long revision)
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
        return versions.Select(static entry => Stored(entry.Version));
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

    private static (byte[] Name, byte[] Value) Stored(KeyVersion version)
    {
        var pair = version.IsTombstone ? new Mvccpb.KeyValue { Key = version.Pair.Key } : version.Pair;
        return (NameOf(version.Revision, version.IsTombstone), pair.ToByteArray());
    }
}
