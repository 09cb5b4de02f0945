using System.Collections.Immutable;
using Coordination.Discovery.Balancing;
using Coordination.Time;
using static Coordination.Tests.Discovery.Balancing.Instances;

namespace Coordination.Tests.Discovery.Balancing;

public sealed class BalancerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private Instant _now = new(1_000_000);

    [Fact]
    public void Instances_that_are_starting_draining_or_of_weight_0_are_never_chosen()
    {
        foreach (var policy in Enum.GetValues<BalancingPolicy>())
        {
            var balancer = Over(
                new() { Policy = policy },
                Of("a"), Of("starting", state: InstanceState.Starting), Of("draining", state: InstanceState.Draining), Of("none", weight: 0), Of("b"));

            Assert.Equal(["a", "b"], Ids(balancer, 200).Distinct().Order());
        }
    }

    [Fact]
    public void Round_robin_goes_around()
    {
        var balancer = Over(new(), [.. Many(3)]);

        var ids = Ids(balancer, 6);

        Assert.Equal(["i1", "i2", "i3"], ids[..3].Order());
        Assert.Equal(ids[..3], ids[3..]);
    }

    [Fact]
    public void Nobody_is_chosen_twice_for_one_request_and_then_there_is_nobody()
    {
        var balancer = Over(new(), [.. Many(3)]);
        var tried = new List<string>();

        while (balancer.Choose(_now, secure: false, tried) is { } pick)
        {
            tried.Add(pick.Instance.Id);
        }

        Assert.Equal(["i1", "i2", "i3"], tried.Order());
    }

    [Fact]
    public void Who_cannot_be_connected_to_is_ejected_at_once_and_returns_after_the_ejection_time()
    {
        var balancer = Over(new(), [.. Many(2)]);

        var ejected = Fail(balancer, "i1", AttemptOutcome.NotConnected);

        Assert.Equal(Second, ejected!.Value.For);
        Assert.Equal(["i2"], Ids(balancer, 10).Distinct());
        _now += Second - TimeSpan.FromTicks(1);
        Assert.Equal(["i2"], Ids(balancer, 10).Distinct());
        _now += TimeSpan.FromTicks(1);
        Assert.Equal(["i1", "i2"], Ids(balancer, 10).Distinct().Order());
    }

    [Fact]
    public void Who_only_breaks_or_is_unable_is_ejected_after_three_in_a_row()
    {
        var balancer = Over(new(), [.. Many(2)]);

        Assert.Null(Fail(balancer, "i1", AttemptOutcome.Broken));
        Assert.Null(Fail(balancer, "i1", AttemptOutcome.AnsweredUnable));
        Succeed(balancer, "i1");
        Assert.Null(Fail(balancer, "i1", AttemptOutcome.Broken));
        Assert.Null(Fail(balancer, "i1", AttemptOutcome.Broken));
        Assert.Equal(3, Fail(balancer, "i1", AttemptOutcome.AnsweredUnable)!.Value.Failures);
    }

    [Theory]
    [InlineData(AttemptOutcome.Cancelled)]
    [InlineData(AttemptOutcome.Refused)]
    [InlineData(AttemptOutcome.Invalid)]
    public void What_is_not_the_instances_fault_ejects_nobody(AttemptOutcome outcome)
    {
        var balancer = Over(new() { EjectAfter = 1 }, [.. Many(2)]);

        Assert.Null(Fail(balancer, "i1", outcome));
        Assert.Equal(["i1", "i2"], Ids(balancer, 10).Distinct().Order());
    }

    [Fact]
    public void Ejections_double_up_to_their_limit_and_a_success_begins_anew()
    {
        var balancer = Over(new() { MaxEjectionTime = TimeSpan.FromSeconds(5) }, [.. Many(2)]);
        var times = new List<TimeSpan>();
        for (var n = 0; n < 5; n++)
        {
            times.Add(Fail(balancer, "i1", AttemptOutcome.NotConnected)!.Value.For);
            _now += times[^1];
        }

        Succeed(balancer, "i1");

        Assert.Equal([1, 2, 4, 5, 5], times.Select(time => time.TotalSeconds));
        Assert.Equal(Second, Fail(balancer, "i1", AttemptOutcome.NotConnected)!.Value.For);
    }

    [Fact]
    public void The_last_healthy_instance_is_never_ejected()
    {
        var balancer = Over(new(), [.. Many(3), Of("draining", state: InstanceState.Draining)]);

        Assert.NotNull(Fail(balancer, "i1", AttemptOutcome.NotConnected));
        Assert.NotNull(Fail(balancer, "i2", AttemptOutcome.NotConnected));
        Assert.Null(Fail(balancer, "i3", AttemptOutcome.NotConnected));
        Assert.Equal(["i3"], Ids(balancer, 10).Distinct());
    }

    [Fact]
    public void An_ejected_instance_is_the_last_resort_of_a_request_that_tried_all_others_and_its_answer_brings_it_back()
    {
        var balancer = Over(new(), [.. Many(2)]);
        Fail(balancer, "i1", AttemptOutcome.NotConnected);

        var resort = balancer.Choose(_now, secure: false, ["i2"])!;
        Assert.Equal("i1", resort.Instance.Id);
        balancer.Judge(resort, AttemptOutcome.Answered, _now);

        Assert.Equal(["i1", "i2"], Ids(balancer, 10).Distinct().Order());
    }

    [Fact]
    public void When_the_last_healthy_instance_leaves_the_ejected_ones_are_all_used_again()
    {
        var balancer = Over(new(), [.. Many(3)]);
        Fail(balancer, "i1", AttemptOutcome.NotConnected);
        Fail(balancer, "i2", AttemptOutcome.NotConnected);

        balancer.See([.. Many(2)]);

        Assert.Equal(["i1", "i2"], Ids(balancer, 10).Distinct().Order());
    }

    [Fact]
    public void What_was_sent_before_an_ejection_neither_ends_nor_extends_it()
    {
        var balancer = Over(new(), [.. Many(2)]);
        var (early, earlier) = (Picked(balancer, "i1"), Picked(balancer, "i1"));
        _now += TimeSpan.FromMilliseconds(1);
        Fail(balancer, "i1", AttemptOutcome.NotConnected);

        balancer.Judge(early, AttemptOutcome.Answered, _now);
        Assert.Null(balancer.Judge(earlier, AttemptOutcome.NotConnected, _now));

        Assert.Equal(["i2"], Ids(balancer, 10).Distinct());
        _now += Second;
        Assert.Equal(["i1", "i2"], Ids(balancer, 10).Distinct().Order());
    }

    [Fact]
    public void Who_leaves_and_comes_back_or_is_started_anew_has_a_clean_record()
    {
        var balancer = Over(new(), Of("i1"), Of("i2"));
        Fail(balancer, "i1", AttemptOutcome.NotConnected);
        balancer.See([Of("i2")]);
        balancer.See([Of("i1"), Of("i2")]);
        Assert.Equal(["i1", "i2"], Ids(balancer, 10).Distinct().Order());

        Fail(balancer, "i1", AttemptOutcome.NotConnected);
        balancer.See([Of("i1"), Of("i2")]);
        Assert.Equal(["i2"], Ids(balancer, 10).Distinct());
        balancer.See([Of("i1", lease: 2), Of("i2")]);
        Assert.Equal(["i1", "i2"], Ids(balancer, 10).Distinct().Order());
    }

    [Fact]
    public void The_own_zone_is_preferred_while_it_has_enough_healthy_instances()
    {
        var balancer = Over(
            new() { Zone = "east", ZoneMinimum = 2 },
            Of("e1", zone: "east"), Of("e2", zone: "east"), Of("e3", zone: "east"), Of("w1", zone: "west"), Of("n"));

        Assert.Equal(["e1", "e2", "e3"], Ids(balancer, 30).Distinct().Order());
        Fail(balancer, "e1", AttemptOutcome.NotConnected);
        Assert.Equal(["e2", "e3"], Ids(balancer, 30).Distinct().Order());
        Fail(balancer, "e2", AttemptOutcome.NotConnected);
        Assert.Equal(["e3", "n", "w1"], Ids(balancer, 30).Distinct().Order());
    }

    [Fact]
    public void A_zone_of_which_more_than_half_is_ejected_is_not_overrun()
    {
        var balancer = Over(
            new() { Zone = "east" }, [.. Enumerable.Range(1, 4).Select(n => Of($"e{n}", zone: "east")), Of("w", zone: "west")]);

        Fail(balancer, "e1", AttemptOutcome.NotConnected);
        Fail(balancer, "e2", AttemptOutcome.NotConnected);
        Assert.Equal(["e3", "e4"], Ids(balancer, 30).Distinct().Order());
        Fail(balancer, "e3", AttemptOutcome.NotConnected);
        Assert.Equal(["e4", "w"], Ids(balancer, 30).Distinct().Order());
    }

    [Fact]
    public void A_retry_leaves_the_zone_when_all_of_it_was_tried()
    {
        var balancer = Over(new() { Zone = "east" }, Of("e", zone: "east"), Of("w", zone: "west"));

        Assert.Equal("w", balancer.Choose(_now, secure: false, ["e"])!.Instance.Id);
    }

    [Theory]
    [InlineData(false, null, "http://a.test:5000")]
    [InlineData(false, "grpc", "http://a.test:5000")]
    [InlineData(false, "HTTPS", "https://a.test:5000")]
    [InlineData(false, "grpcs", "https://a.test:5000")]
    [InlineData(true, null, "https://a.test:5000")]
    [InlineData(true, "https", "https://a.test:5000")]
    [InlineData(true, "http", null)]
    public void TLS_is_never_dropped(bool secure, string? scheme, string? expected) =>
        Assert.Equal(expected, Over(new(), Of("a", scheme: scheme)).Choose(_now, secure, [])?.Address);

    [Theory]
    [InlineData("::1", "http://[::1]:80")]
    [InlineData("10.0.0.1", "http://10.0.0.1:80")]
    [InlineData("host/path?", null)]
    [InlineData("user@host", null)]
    [InlineData("", null)]
    public void An_address_is_a_host_and_a_port_and_nothing_else(string host, string? expected) =>
        Assert.Equal(expected, Over(new(), Of("a") with { Host = host, Port = 80 }).Choose(_now, secure: false, [])?.Address);

    [Fact]
    public void Why_there_is_nobody_is_explained()
    {
        var balancer = Over(
            new(), Of("a", state: InstanceState.Draining), Of("b", state: InstanceState.Draining), Of("c", state: InstanceState.Starting), Of("d", weight: 0), Of("e", scheme: "http"));

        Assert.Null(balancer.Choose(_now, secure: true, []));
        Assert.Equal("5 registered, of which 2 draining, 1 starting, 1 with weight 0, 1 without TLS (the request is https)", balancer.Explain(secure: true));
        Assert.Equal("no instance is registered", Over(new()).Explain(secure: false));
    }

    private static Balancer Over(BalancingOptions options, params ImmutableArray<ServiceInstance> instances)
    {
        var balancer = new Balancer(options, new Random(1));
        balancer.See(instances);
        return balancer;
    }

    private List<string> Ids(Balancer balancer, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => balancer.Choose(_now, secure: false, [])!.Instance.Id)];

    private Pick Picked(Balancer balancer, string id)
    {
        var others = balancer.Members.Select(member => member.Instance.Id).Where(other => other != id).ToList();
        return balancer.Choose(_now, secure: false, others)!;
    }

    private Ejected? Fail(Balancer balancer, string id, AttemptOutcome outcome) => balancer.Judge(Picked(balancer, id), outcome, _now);

    private void Succeed(Balancer balancer, string id) => Assert.Null(balancer.Judge(Picked(balancer, id), AttemptOutcome.Answered, _now));
}
