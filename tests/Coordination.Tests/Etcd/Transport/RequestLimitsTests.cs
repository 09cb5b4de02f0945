using Coordination.Etcd;
using Coordination.Etcd.Transport;

namespace Coordination.Tests.Etcd.Transport;

public sealed class RequestLimitsTests
{
    [Fact]
    public void A_request_of_the_largest_size_is_sent_and_a_larger_one_is_refused()
    {
        RequestLimits.CheckSize(EtcdClientOptions.MaxRequestSize);

        Refused(CoordinationErrorKind.TooLarge, () => RequestLimits.CheckSize(EtcdClientOptions.MaxRequestSize + 1));
    }

    [Fact]
    public void A_transaction_of_128_operations_is_sent_and_a_larger_one_is_refused()
    {
        RequestLimits.Check(new EtcdOp.Txn { Then = Gets(128), Else = Gets(128) });

        Refused(CoordinationErrorKind.TooLarge, () => RequestLimits.Check(new EtcdOp.Txn { Then = Gets(129) }));
        Refused(CoordinationErrorKind.TooLarge, () => RequestLimits.Check(new EtcdOp.Txn { Else = Gets(129) }));
        Refused(CoordinationErrorKind.TooLarge, () => RequestLimits.Check(new EtcdOp.Txn
        {
            If = [.. Enumerable.Range(0, 129).Select(i => EtcdCompare.NotExists($"k{i}"))],
        }));
    }

    [Fact]
    public void Each_level_of_nested_transactions_is_counted_for_itself()
    {
        RequestLimits.Check(new EtcdOp.Txn { Then = [new EtcdOp.Txn { Then = Gets(128) }, new EtcdOp.Txn { Then = Gets(128) }] });

        Refused(CoordinationErrorKind.TooLarge, () => RequestLimits.Check(new EtcdOp.Txn { Then = [new EtcdOp.Txn { Then = Gets(129) }] }));
    }

    [Fact]
    public void An_empty_key_is_refused_wherever_it_stands()
    {
        EtcdOp[] wrong =
        [
            new EtcdOp.Get(""),
            new EtcdOp.Put("", "v"),
            new EtcdOp.Delete(""),
            new EtcdOp.Txn { If = [EtcdCompare.NotExists("")] },
            new EtcdOp.Txn { Then = [new EtcdOp.Put("", "v")] },
            new EtcdOp.Txn { Else = [new EtcdOp.Txn { Then = [new EtcdOp.Delete("")] }] },
        ];

        Assert.All(wrong, op => Refused(CoordinationErrorKind.InvalidRequest, () => RequestLimits.Check(op)));
    }

    [Fact]
    public void Every_key_is_a_range_that_is_allowed() => RequestLimits.Check(new EtcdOp.Get(KeyRange.All));

    [Fact]
    public void A_put_cannot_both_give_and_ignore()
    {
        RequestLimits.Check(new EtcdOp.Put("k", "") { IgnoreValue = true });
        RequestLimits.Check(new EtcdOp.Put("k", "v") { IgnoreLease = true });

        Refused(CoordinationErrorKind.InvalidRequest, () => RequestLimits.Check(new EtcdOp.Put("k", "v") { IgnoreValue = true }));
        Refused(CoordinationErrorKind.InvalidRequest, () => RequestLimits.Check(new EtcdOp.Put("k", "v") { IgnoreLease = true, Lease = new(7) }));
    }

    private static System.Collections.Immutable.ImmutableArray<EtcdOp> Gets(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new EtcdOp.Get($"k{i}"))];

    private static void Refused(CoordinationErrorKind kind, Action check)
    {
        var error = Assert.Throws<EtcdException>(check);
        Assert.Equal(kind, error.Kind);
        Assert.Equal(WriteOutcome.NotApplied, error.Outcome);
    }
}
