using Coordination.Etcd.Transport;

namespace Coordination.Tests.Etcd.Transport;

public sealed class ClusterGuardTests
{
    private readonly ClusterGuard _guard = new(3);

    [Fact]
    public void The_first_that_answers_says_which_cluster_is_meant()
    {
        Assert.True(_guard.Admits(1, 7));
        Assert.True(_guard.Admits(0, 7));
        Assert.False(_guard.Admits(2, 8));
        Assert.Equal(7ul, _guard.Cluster);
    }

    [Fact]
    public void A_refused_endpoint_that_is_put_right_is_admitted()
    {
        _guard.Admits(0, 7);
        Assert.False(_guard.Admits(1, 8));

        Assert.True(_guard.Admits(1, 7));
    }

    [Fact]
    public void A_majority_of_others_changes_nothing_while_one_is_of_the_cluster_or_has_not_answered()
    {
        _guard.Admits(0, 7);
        Assert.False(_guard.Admits(1, 8));
        Assert.False(_guard.Admits(2, 8));
        Assert.False(_guard.Admits(1, 8));

        Assert.True(_guard.Admits(0, 7));
    }

    [Fact]
    public void When_all_say_the_same_other_one_the_cluster_was_replaced()
    {
        _guard.Admits(0, 7);
        _guard.Admits(1, 7);
        _guard.Admits(2, 7);
        Assert.False(_guard.Admits(0, 8));
        Assert.False(_guard.Admits(1, 8));

        Assert.True(_guard.Admits(2, 8));
        Assert.True(_guard.Admits(0, 8));
        Assert.False(_guard.Admits(1, 7));
    }

    [Fact]
    public void Different_other_ones_are_no_replacement()
    {
        _guard.Admits(0, 7);

        Assert.False(_guard.Admits(0, 8));
        Assert.False(_guard.Admits(1, 9));
        Assert.False(_guard.Admits(2, 8));
    }

    [Fact]
    public void When_the_cluster_is_named_no_other_is_ever_admitted()
    {
        var single = new ClusterGuard(1, 7);

        Assert.False(single.Admits(0, 8));
        Assert.False(single.Admits(0, 8));
        Assert.True(single.Admits(0, 7));
    }
}
