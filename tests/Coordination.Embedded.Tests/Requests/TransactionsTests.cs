using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Requests;

public sealed class TransactionsTests : NodeFixture
{
    private static Compare CreatedAt(string key, long revision) =>
        new() { Key = B(key), Target = Compare.Types.CompareTarget.Create, CreateRevision = revision };

    [Fact]
    public void Put_if_absent_succeeds_once()
    {
        var request = new TxnRequest { Compare = { CreatedAt("lock", 0) }, Success = { Op(PutOf("lock")) }, Failure = { Op(RangeOf("lock")) } };
        Assert.True(Node.Txn(request).Succeeded);
        var second = Node.Txn(request);
        Assert.False(second.Succeeded);
        Assert.Equal(2, second.Responses[0].ResponseRange.Kvs[0].CreateRevision);
        Assert.Equal(2, second.Header.Revision);
    }

    [Fact]
    public void All_writes_share_a_revision_and_reads_inside_see_them()
    {
        var reply = Node.Txn(Then(Op(RangeOf("a", "z")), Op(PutOf("a")), Op(PutOf("b")), Op(RangeOf("a", "z")), DeleteOp("c", "d")));
        Assert.Equal(0, reply.Responses[0].ResponseRange.Count);
        Assert.Equal(1, reply.Responses[0].ResponseRange.Header.Revision);
        Assert.Equal([2L, 2L], reply.Responses[3].ResponseRange.Kvs.Select(pair => pair.ModRevision));
        Assert.Equal(2, reply.Responses[4].ResponseDeleteRange.Header.Revision);
        Assert.Equal(2, reply.Header.Revision);
    }

    [Fact]
    public void Conditions_are_decided_before_anything_is_written()
    {
        var nested = new TxnRequest { Compare = { CreatedAt("a", 0) }, Success = { Op(PutOf("b", "absent")) }, Failure = { Op(PutOf("b", "present")) } };
        var reply = Node.Txn(Then(Op(PutOf("a")), Op(nested)));
        Assert.True(reply.Responses[1].ResponseTxn.Succeeded);
        Assert.Equal(0, reply.Responses[1].ResponseTxn.Header.Revision);
        Assert.Equal("absent", Get("b").Kvs[0].Value.ToStringUtf8());
    }

    [Theory]
    [InlineData("Equal", true)]
    [InlineData("NotEqual", false)]
    [InlineData("Greater", false)]
    [InlineData("Less", false)]
    public void Every_target_compares(string result, bool expected)
    {
        var lease = Grant(10);
        Put("a", "old");
        Put("a", "now", lease);
        Compare[] compares =
        [
            new() { Target = Compare.Types.CompareTarget.Version, Version = 2 },
            new() { Target = Compare.Types.CompareTarget.Create, CreateRevision = 2 },
            new() { Target = Compare.Types.CompareTarget.Mod, ModRevision = 3 },
            new() { Target = Compare.Types.CompareTarget.Value, Value = B("now") },
            new() { Target = Compare.Types.CompareTarget.Lease, Lease = lease },
        ];
        foreach (var compare in compares)
        {
            compare.Key = B("a");
            compare.Result = Enum.Parse<Compare.Types.CompareResult>(result);
            Assert.Equal(expected, Node.Txn(new TxnRequest { Compare = { compare } }).Succeeded);
        }
    }

    [Fact]
    public void A_range_comparison_must_hold_for_every_key()
    {
        Put("a1");
        Put("a2");
        var compare = new Compare { Key = B("a"), RangeEnd = B("b"), Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Less, ModRevision = 4 };
        Assert.True(Node.Txn(new TxnRequest { Compare = { compare } }).Succeeded);
        Put("a1");
        Assert.False(Node.Txn(new TxnRequest { Compare = { compare } }).Succeeded);
    }

    [Fact]
    public void A_missing_key_is_all_zeros_but_has_no_value()
    {
        Assert.True(Node.Txn(new TxnRequest { Compare = { CreatedAt("a", 0) } }).Succeeded);
        var value = new Compare { Key = B("a"), Target = Compare.Types.CompareTarget.Value, Result = Compare.Types.CompareResult.NotEqual, Value = B("x") };
        Assert.False(Node.Txn(new TxnRequest { Compare = { value } }).Succeeded);
    }

    [Fact]
    public void Nothing_is_written_when_any_part_is_refused()
    {
        Refused(StatusCode.NotFound, "etcdserver: requested lease not found", () => Node.Txn(Then(Op(PutOf("a")), Op(PutOf("b", lease: 9)))));
        Refused(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision", () => Node.Txn(Then(Op(PutOf("a")), Op(RangeOf("a", revision: 2)))));
        Refused(StatusCode.InvalidArgument, "etcdserver: key not found", () => Node.Txn(Then(Op(PutOf("a")), Op(new PutRequest { Key = B("b"), IgnoreValue = true }))));
        Refused(StatusCode.InvalidArgument, "etcdserver: key not found", () => Node.Txn(Then(Op(PutOf("a")), new RequestOp())));
        Assert.Equal(0, Get("a").Count);
    }

    [Fact]
    public void Only_128_operations_fit_and_nested_levels_share_them()
    {
        static RequestOp[] Puts(int count) => [.. Enumerable.Range(0, count).Select(i => Op(PutOf($"k{i}")))];
        const string TooMany = "etcdserver: too many operations in txn request";
        Assert.Equal(128, Node.Txn(Then(Puts(128))).Responses.Count);
        Refused(StatusCode.InvalidArgument, TooMany, () => Node.Txn(Then(Puts(129))));
        Assert.True(Node.Txn(Then(Op(Then(Puts(127))))).Succeeded);
        Refused(StatusCode.InvalidArgument, TooMany, () => Node.Txn(Then(Op(Then(Puts(128))))));
    }
}
