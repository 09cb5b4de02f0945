using System.Numerics;

namespace Coordination.Embedded.Store;

/// <summary>
/// The hash with which etcd's members compare their stores: CRC-32C over the bucket name and every stored version, keyed by its revision. It is
/// equal to the hash of a real etcd with the same history.
/// </summary>
internal static class StoreHash
{
    public static uint Compute(MvccStore store, long revision)
    {
        var crc = Update(~0u, "key"u8);
        foreach (var (name, value) in StoredVersions.At(store, revision))
        {
            crc = Update(Update(crc, name), value);
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
