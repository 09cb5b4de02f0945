using Coordination.Embedded.Tests.Testing;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Store;

public sealed class CompactionTests : NodeFixture
{
    private const string CompactedMessage = "etcdserver: mvcc: required revision has been compacted";

    [Fact]
    public void Compacted_revisions_cannot_be_read_but_the_compacted_revision_itself_can()
    {
        Put("a", "1");
        Put("a", "2");
        Put("a", "3");
        Compact(3);
        Refused(StatusCode.OutOfRange, CompactedMessage, () => Get("a", revision: 2));
        Assert.Equal("2", Get("a", revision: 3).Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public void Compacting_twice_or_into_the_future_is_refused()
    {
        Put("a");
        Compact(2);
        Refused(StatusCode.OutOfRange, CompactedMessage, () => Compact(2));
        Refused(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision", () => Compact(3));
    }

    [Fact]
    public void A_deleted_key_leaves_nothing_behind()
    {
        Put("a");
        Put("b");
        Delete("a");
        Compact(4);
        Assert.Equal("b", Assert.Single(Node.Store.Keys.All()).Key.ToStringUtf8());
        Assert.Equal(2, Node.Store.DataSize);
    }

    [Fact]
    public void A_key_that_did_not_change_survives_every_compaction()
    {
        Put("quiet");
        for (var i = 0; i < 10; i++)
        {
            Compact(Put("busy"));
        }

        Assert.Single(Get("quiet").Kvs);
        Assert.Equal(11, Get("busy").Kvs[0].ModRevision - 1);
    }
}
