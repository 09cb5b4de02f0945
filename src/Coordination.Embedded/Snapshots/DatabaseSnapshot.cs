using System.Buffers.Binary;
using System.Text;
using Coordination.Embedded.Leases;
using Coordination.Embedded.Store;
using Google.Protobuf;

namespace Coordination.Embedded.Snapshots;

/// <summary>
/// The data of a node as the database file of a real etcd, from which <c>etcdctl snapshot restore</c> makes one: keys with their history, and leases.
/// Users and roles are not in it, because their passwords are hashed in another way.
/// </summary>
internal static class DatabaseSnapshot
{
    // What etcd expects to be there, even if empty.
    private static readonly string[] EmptyBuckets = ["alarm", "auth", "authRoles", "authUsers", "cluster", "members", "members_removed"];

    public static byte[] Write(EtcdNode node)
    {
        var (store, compacted) = (node.Store, node.Store.CompactedRevision);
        var index = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(index, node.LogIndex);
        var meta = new List<(byte[], byte[])> { (Encoding.ASCII.GetBytes("consistent_index"), index) };
        if (compacted >= 0)
        {
            var at = StoredVersions.NameOf(new Revision(compacted, 0));
            meta.Add((Encoding.ASCII.GetBytes("finishedCompactRev"), at));
            meta.Add((Encoding.ASCII.GetBytes("scheduledCompactRev"), at));
        }

        var buckets = EmptyBuckets.ToDictionary(static name => name, static _ => (IReadOnlyList<(byte[], byte[])>)[]);
        buckets.Add("key", [.. StoredVersions.All(store)]);
        buckets.Add("lease", [.. node.Leases.All.OrderBy(static lease => (ulong)lease.Id).Select(static lease => (NameOf(lease), ValueOf(lease)))]);
        buckets.Add("meta", meta);
        return BoltFile.Write(buckets);
    }

    private static byte[] NameOf(Lease lease)
    {
        var name = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(name, lease.Id);
        return name;
    }

    // The message leasepb.Lease: ID = 1, TTL = 2.
    private static byte[] ValueOf(Lease lease)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt64(lease.Id);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(lease.TtlSeconds);
        }

        return bytes.ToArray();
    }
}
