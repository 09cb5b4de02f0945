using Coordination.Etcd.Transport;

namespace Coordination.Tests.Etcd.Transport;

public sealed class EndpointChoiceTests
{
    private readonly EndpointChoice _choice = new(3);
    private TimeSpan _now;

    [Fact]
    public void It_stays_where_it_is_until_that_one_fails()
    {
        Assert.Equal(0, _choice.Current);
        Assert.False(Fail(1));
        Assert.Equal(0, _choice.Current);
    }

    [Fact]
    public void Only_the_first_of_many_who_notice_moves_on()
    {
        Assert.True(Fail(0));
        Assert.False(Fail(0));
        Assert.Equal(1, _choice.Current);
    }

    [Fact]
    public void One_that_failed_lately_is_passed_over()
    {
        Fail(0);
        Fail(1);
        Fail(2);
        Assert.Equal(0, _choice.Current);

        // 1 and 2 failed now; of all, 1 is the longest ago.
        _now += EndpointChoice.Memory;
        Fail(0);
        Assert.Equal(1, _choice.Current);
        _now += TimeSpan.FromSeconds(1);
        Fail(1);
        Assert.Equal(2, _choice.Current);
        _now += TimeSpan.FromSeconds(1);

        // 0 failed 2 s ago, 1 one second ago.
        Fail(2);
        Assert.Equal(0, _choice.Current);
    }

    [Fact]
    public void A_member_that_hangs_is_not_tried_again_because_the_next_one_hiccups()
    {
        Fail(0);
        _now += TimeSpan.FromSeconds(1);
        Fail(1);
        _now += EndpointChoice.Memory - TimeSpan.FromSeconds(1.5);

        // The failure of 0 still counts, and so does that of 1, but later.
        Fail(2);
        Assert.Equal(0, _choice.Current);
        _now += TimeSpan.FromSeconds(1);
        Fail(0);
        Assert.Equal(1, _choice.Current);
    }

    [Fact]
    public void A_single_endpoint_is_kept()
    {
        var single = new EndpointChoice(1);

        Assert.False(single.MoveFrom(0, TimeSpan.Zero));
        Assert.Equal(0, single.Current);
    }

    private bool Fail(int endpoint) => _choice.MoveFrom(endpoint, _now);
}
