using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Google.Protobuf;

namespace Coordination.Embedded.Store;

/// <summary>
/// The hash with which etcd's members compare their stores: CRC-32C over the bucket name and every stored version, keyed by its revision. It is
/// equal to the hash of a real etcd with the same history.
/// </summary>
internal static class StoreHash
{
    public static uint Compute(MvccStore store, long revision)
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

        var crc = Update(~0u, Encoding.ASCII.GetBytes("key"));
        Span<byte> name = stackalloc byte[18];
        foreach (var (version, _) in versions)
        {
            BinaryPrimitives.WriteInt64BigEndian(name, version.Revision.Main);
            name[8] = (byte)'_';
            BinaryPrimitives.WriteInt64BigEndian(name[9..], version.Revision.Sub);
            name[17] = (byte)'t';
            crc = Update(crc, version.IsTombstone ? name : name[..17]);
            var stored = version.IsTombstone ? new Etcd.Protos.KeyValue { Key = version.Pair.Key } : version.Pair;
            crc = Update(crc, stored.ToByteArray());
        }

        return ~crc;
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }
}
