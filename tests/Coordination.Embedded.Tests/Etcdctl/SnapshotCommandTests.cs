using Coordination.Embedded.Tests.Differential;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Etcdctl;

/// <summary><c>etcdctl snapshot</c>: what was developed on the embedded server can go on in a real etcd.</summary>
public sealed class SnapshotCommandTests : ServerFixture
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(3000)]
    public async Task A_saved_snapshot_is_restored_into_a_real_etcd(int keys)
    {
        var lease = await GrantAsync(1000);
        for (var i = 0; i < keys; i++)
        {
            await PutAsync($"/key/{i % 2000}", new string('x', i % 100 == 0 ? 9000 : i % 70), i % 5 == 0 ? lease : 0);
        }

        if (keys > 0)
        {
            await Kv.DeleteRangeAsync(new DeleteRangeRequest { Key = B("/key/1") }, cancellationToken: Deadline);
            await Kv.CompactAsync(new CompactionRequest { Revision = Etcd.Revision - 1 }, cancellationToken: Deadline);
        }

        var folder = Directory.CreateTempSubdirectory("embedded-etcd");
        try
        {
            var file = Path.Combine(folder.FullName, "saved.db");
            var etcdctl = new EtcdctlRun(Etcd.Endpoint);
            Assert.EndsWith("exit 0", await etcdctl.RunAsync($"snapshot save {file}"), StringComparison.Ordinal);
            Assert.EndsWith("exit 0", await etcdctl.RunAsync($"snapshot status {file}"), StringComparison.Ordinal);
            await using var real = await RealEtcd.StartAsync(
                Deadline, async data => Assert.EndsWith("exit 0", await etcdctl.RunAsync($"snapshot restore {file} --data-dir {data}"), StringComparison.Ordinal));
            using var side = new Side("real", real.Endpoint);
            using var own = new Side("embedded", Etcd.Endpoint);
            foreach (var request in new IMessage[]
            {
                new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) },
                new RangeRequest { Key = B("/key/"), RangeEnd = B("/key0"), Revision = Math.Max(1, Etcd.Revision - 1), CountOnly = true },
                new LeaseLeasesRequest(),
                new LeaseTimeToLiveRequest { ID = lease, Keys = true },
                new HashKVRequest(),
            })
            {
                Assert.Equal(await own.AskAsync(request), await side.AskAsync(request));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
