using Coordination.Embedded.Snapshots;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Net.Client;

namespace Coordination.Embedded.Tests.Snapshots;

public sealed class SnapshotTests : NodeFixture
{
    [Fact]
    public void A_restored_node_has_the_same_history_and_leases_and_a_new_term()
    {
        var lease = Grant(30);
        Put("quiet");
        Put("a", "1", lease);
        Node.Txn(Then(Op(PutOf("a", "2", lease)), Op(PutOf("b"))));
        Delete("b");
        Compact(5);
        Put("c", "3");

        var restored = Restore(Snapshot.Write(Node));
        Assert.Equal(Node.HashKV(0).Hash, restored.HashKV(0).Hash);
        Assert.Equal((6L, 5L, 3UL), (restored.Store.CurrentRevision, restored.Store.CompactedRevision, restored.Identity.Term));
        Assert.Equal(Node.Store.DataSize, restored.Store.DataSize);
        Assert.Equal("a", Assert.Single(restored.LeaseTimeToLive(new LeaseTimeToLiveRequest { ID = lease, Keys = true }).Keys).ToStringUtf8());

        var stream = restored.Watches.Open(() => { });
        Watch(stream, WatchOf("\0", "\0", from: 5));
        restored.Put(PutOf("d"));
        Assert.Equal(["", "Delete:b@5 Put:c@6 Put:d@7"], Drain(stream).Select(Show));
    }

    [Fact]
    public void A_node_that_had_become_a_restored_backup_goes_on_where_it_was()
    {
        Put("a", "1");
        Put("a", "2");
        Node.RestoreBackup(2, 100);

        var restored = Restore(Snapshot.Write(Node));
        Assert.Equal((103L, 103L), (restored.Store.CurrentRevision, restored.Store.CompactedRevision));
        Assert.Equal("1", Assert.Single(restored.Range(new RangeRequest { Key = B("a") }).Kvs).Value.ToStringUtf8());
        Assert.Equal(104, restored.Put(PutOf("a")).Header.Revision);
    }

    [Fact]
    public void An_empty_node_survives_as_well() => Assert.Equal(1, Restore(Snapshot.Write(Node)).Store.CurrentRevision);

    [Fact]
    public void Damaged_snapshots_are_refused()
    {
        Put("a");
        Put("b");
        var bytes = Snapshot.Write(Node);
        Assert.Throws<InvalidDataException>(() => Restore([]));
        Assert.Throws<InvalidDataException>(() => Restore([1, 2, 3]));
        Assert.Throws<InvalidDataException>(() => Restore(bytes[..^20]));
    }

    [Fact]
    public async Task The_snapshot_file_carries_the_data_from_one_server_to_the_next()
    {
        var folder = Directory.CreateTempSubdirectory("embedded-etcd");
        try
        {
            var options = new EmbeddedEtcdOptions { SnapshotFile = Path.Combine(folder.FullName, "data") };
            ulong cluster;
            await using (var first = await EmbeddedEtcd.StartAsync(options))
            {
                cluster = first.ClusterId;
                using var channel = GrpcChannel.ForAddress(first.Endpoint);
                await new KV.KVClient(channel).PutAsync(PutOf("a"));
            }

            await using var second = await EmbeddedEtcd.StartAsync(options);
            Assert.Equal((2L, cluster), (second.Revision, second.ClusterId));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private EtcdNode Restore(byte[] bytes)
    {
        var node = new EtcdNode(new NodeSettings { Identity = new ClusterIdentity(8, 9, 2) }, Time);
        Snapshot.Read(bytes, node);
        return node;
    }
}
