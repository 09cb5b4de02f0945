using Coordination.Embedded.Requests;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Requests;

public sealed class TxnOverlapsTests : NodeFixture
{
    public static TheoryData<string> Overlapping => ["put a, put a", "put a, del a", "del a-b, put aa", "put a, txn(put a)", "txn(put a), txn(put a)", "del a, txn(put a)", "txn(del a), put a", "txn(del a), txn(put a)"];

    public static TheoryData<string> Allowed => ["put a, put b", "del a, del a", "put a, del b-c", "txn(put a | put a)", "txn(put a), txn(del a)", "put a, get a", "put b, del a-0"];

    [Theory]
    [MemberData(nameof(Overlapping))]
    public void Two_writes_to_one_key_are_refused(string operations) =>
        Refused(StatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request", () => TxnOverlaps.Check(Parse(operations)));

    [Theory]
    [MemberData(nameof(Allowed))]
    public void What_etcd_accepts_is_accepted(string operations) => TxnOverlaps.Check(Parse(operations));

    [Fact]
    public void The_two_branches_may_touch_the_same_key() =>
        TxnOverlaps.Check(new TxnRequest { Success = { Op(PutOf("a")) }, Failure = { Op(PutOf("a")) } });

    [Fact]
    public void A_delete_without_an_end_may_meet_a_put_but_not_one_that_keeps_what_is_deleted()
    {
        var txn = Then(DeleteOp("a", "\0"), Op(Then(Op(PutOf("b")))));
        TxnOverlaps.Check(txn);
        txn.Success[1].RequestTxn.Success[0].RequestPut.IgnoreValue = true;
        Refused(StatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request", () => TxnOverlaps.Check(txn));
    }

    private static TxnRequest Parse(string operations) => Then([.. operations.Split(", ").Select(ParseOne)]);

    private static RequestOp ParseOne(string text)
    {
        if (text.StartsWith("txn(", StringComparison.Ordinal))
        {
            var branches = text[4..^1].Split(" | ");
            var txn = Then(ParseOne(branches[0]));
            txn.Failure.AddRange(branches.Skip(1).Select(ParseOne));
            return Op(txn);
        }

        var (verb, range) = (text[..3], text[4..].Split('-'));
        return verb switch
        {
            "put" => Op(PutOf(range[0])),
            "get" => Op(RangeOf(range[0])),
            _ => DeleteOp(range[0], range.Length == 1 ? "" : range[1] == "0" ? "\0" : range[1]),
        };
    }
}
