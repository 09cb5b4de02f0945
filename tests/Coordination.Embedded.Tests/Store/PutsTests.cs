using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Store;

public sealed class PutsTests : NodeFixture
{
    [Fact]
    public void A_put_returns_the_previous_pair_on_demand()
    {
        var request = PutOf("a", "2");
        request.PrevKv = true;
        Assert.Null(Node.Put(request).PrevKv);
        Assert.Equal("2", Node.Put(request).PrevKv.Value.ToStringUtf8());
        Assert.Null(Node.Put(PutOf("a")).PrevKv);
    }

    [Fact]
    public void Ignoring_value_or_lease_keeps_them()
    {
        var lease = Grant(10);
        Put("a", "old", lease);
        Node.Put(new PutRequest { Key = B("a"), Value = B("new"), IgnoreLease = true });
        Assert.Equal(("new", lease), (Get("a").Kvs[0].Value.ToStringUtf8(), Get("a").Kvs[0].Lease));
        Node.Put(new PutRequest { Key = B("a"), IgnoreValue = true });
        Assert.Equal(("new", 0L), (Get("a").Kvs[0].Value.ToStringUtf8(), Get("a").Kvs[0].Lease));
    }

    [Fact]
    public void Bad_puts_are_refused_in_etcds_words()
    {
        Refused(StatusCode.InvalidArgument, "etcdserver: key is not provided", () => Put(""));
        Refused(StatusCode.InvalidArgument, "etcdserver: value is provided", () => Node.Put(new PutRequest { Key = B("a"), Value = B("v"), IgnoreValue = true }));
        Refused(StatusCode.InvalidArgument, "etcdserver: lease is provided", () => Node.Put(new PutRequest { Key = B("a"), Lease = 1, IgnoreLease = true }));
        Refused(StatusCode.InvalidArgument, "etcdserver: key not found", () => Node.Put(new PutRequest { Key = B("a"), IgnoreValue = true }));
        Refused(StatusCode.NotFound, "etcdserver: requested lease not found", () => Put("a", lease: 5));
        Refused(StatusCode.InvalidArgument, "etcdserver: key is not provided", () => Get(""));
        Refused(StatusCode.InvalidArgument, "etcdserver: key is not provided", () => Delete(""));
        Assert.Equal(1, Get("a").Header.Revision);
    }

    [Fact]
    public void A_request_over_one_and_a_half_MiB_is_refused()
    {
        var request = new PutRequest { Key = B("a"), Value = ByteString.CopyFrom(new byte[1536 * 1024]) };
        Refused(StatusCode.InvalidArgument, "etcdserver: request is too large", () => Node.Put(request));
        request.Value = ByteString.CopyFrom(new byte[(1536 * 1024) - 64]);
        Assert.Equal(2, Node.Put(request).Header.Revision);
    }

    [Fact]
    public void Deleting_a_range_takes_one_revision_and_nothing_takes_none()
    {
        Put("a");
        Put("b");
        var reply = Node.DeleteRange(new DeleteRangeRequest { Key = B("a"), RangeEnd = B("z"), PrevKv = true });
        Assert.Equal((2L, 4L), (reply.Deleted, reply.Header.Revision));
        Assert.Equal(["a", "b"], reply.PrevKvs.Select(pair => pair.Key.ToStringUtf8()));
        Assert.Equal(4, Delete("a", "z"));
    }
}
