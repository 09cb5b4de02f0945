using System.Text;
using Coordination.Embedded.Store;
using Google.Protobuf;
using Grpc.Core;
using Mvccpb;

namespace Coordination.Embedded.Snapshots;

/// <summary>
/// The data of a node as bytes: identity, leases, users and roles, and all versions of all keys that can still be read. Watches, logins and alarms
/// are not part of it.
/// A format of its own; it has nothing to do with the snapshots of etcd.
/// </summary>
internal static class Snapshot
{
    private const string Magic = "coordination embedded etcd 2\n";

    public static byte[] Write(EtcdNode node)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        var (store, log) = (node.Store, node.Store.Log);
        writer.Write(Magic);
        writer.Write(node.Identity.ClusterId);
        writer.Write(node.Identity.MemberId);
        writer.Write(node.Identity.Term);
        writer.Write(store.CurrentRevision);
        writer.Write(store.CompactedRevision);

        var leases = node.Leases.All.ToList();
        writer.Write(leases.Count);
        foreach (var lease in leases)
        {
            writer.Write(lease.Id);
            writer.Write(lease.TtlSeconds);
            writer.Write(lease.GrantedAt);
        }

        AuthSnapshot.Write(writer, node.Auth);
        var old = store.Keys.All().SelectMany(static key => key.Versions).Where(version => version.Revision.Main < log.First).ToList();
        var logged = Enumerable.Range(0, (int)(log.Next - log.First)).SelectMany(i => log[log.First + i].Changes).Select(static change => change.Version);
        foreach (var version in old.OrderBy(static version => version.Revision).Concat(logged))
        {
            writer.Write(version.Revision.Main);
            writer.Write(version.Revision.Sub);
            writer.Write(version.IsTombstone);
            var pair = version.Pair.ToByteArray();
            writer.Write(pair.Length);
            writer.Write(pair);
        }

        writer.Write(0L);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Fills a fresh node.</summary>
    /// <exception cref="InvalidDataException">The bytes are no snapshot.</exception>
    public static void Read(byte[] bytes, EtcdNode node)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            if (reader.ReadString() != Magic)
            {
                throw new InvalidDataException("It does not start like one.");
            }

            var identity = new ClusterIdentity(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64() + 1);
            var (current, compacted) = (reader.ReadInt64(), reader.ReadInt64());
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                node.Leases.Grant(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
            }

            AuthSnapshot.Read(reader, node.Auth);
            node.Store.Load(ReadVersions(reader), current, compacted);
            node.Continue(identity);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidProtocolBufferException or ArgumentException or IOException or RpcException)
        {
            throw new InvalidDataException($"The data is not a snapshot of an embedded etcd: {e.Message}", e);
        }
    }

    private static IEnumerable<KeyVersion> ReadVersions(BinaryReader reader)
    {
        while (reader.ReadInt64() is not 0 and var main)
        {
            var revision = new Revision(main, reader.ReadInt64());
            var isTombstone = reader.ReadBoolean();
            yield return new KeyVersion(revision, KeyValue.Parser.ParseFrom(reader.ReadBytes(reader.ReadInt32())), isTombstone);
        }
    }
}
