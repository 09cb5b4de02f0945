using System.Collections.Immutable;
using Coordination.Discovery.Balancing;
using Coordination.Time;
using static Coordination.Tests.Discovery.Balancing.Instances;

namespace Coordination.Tests.Discovery.Balancing;

/// <summary>What must hold for all instances and all orders of events, tried on many that were made up at random; a failure names the seed that brings it back.</summary>
public sealed class BalancerPropertyTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Weighted_choices_follow_the_weights_to_within_two_at_every_moment(int seed)
    {
        var random = new Random(seed);
        ImmutableArray<ServiceInstance> instances = [.. Enumerable.Range(1, random.Next(2, 12)).Select(n => Of($"i{n}", weight: random.Next(1, 300)))];
        var balancer = new Balancer(new BalancingOptions { Policy = BalancingPolicy.Weighted }, random);
        balancer.See(instances);
        var sum = instances.Sum(instance => (double)instance.Weight);
        var counts = instances.ToDictionary(instance => instance.Id, _ => 0);

        for (var n = 1; n <= 3000; n++)
        {
            counts[balancer.Choose(default, secure: false, [])!.Instance.Id]++;
            Assert.All(instances, instance => Assert.InRange(counts[instance.Id] - (n * instance.Weight / sum), -2, 2));
        }
    }

    [Fact]
    public void Weighted_choices_follow_the_weights_also_when_the_view_changes_all_the_time()
    {
        var balancer = new Balancer(new BalancingOptions { Policy = BalancingPolicy.Weighted }, new Random(1));
        var counts = new Dictionary<string, int> { ["heavy"] = 0, ["light"] = 0 };

        for (var n = 0; n < 10_000; n++)
        {
            balancer.See([Of("heavy", weight: 300), Of("light", weight: 100)]);
            counts[balancer.Choose(default, secure: false, [])!.Instance.Id]++;
        }

        // Five standard deviations of a binomial distribution.
        Assert.InRange(counts["heavy"], 7500 - 217, 7500 + 217);
    }

    [Theory]
    [InlineData(BalancingPolicy.RoundRobin, 0)]
    [InlineData(BalancingPolicy.LeastOutstanding, 0)]
    [InlineData(BalancingPolicy.Random, 500)]
    public void The_others_spread_evenly(BalancingPolicy policy, int tolerance)
    {
        var balancer = new Balancer(new BalancingOptions { Policy = policy }, new Random(3));
        balancer.See([Of("a", weight: 1), Of("b", weight: 50), Of("c", weight: 10_000)]);

        var counts = Enumerable.Range(0, 30_000).Select(_ => balancer.Choose(default, secure: false, [])!).CountBy(pick => pick.Instance.Id);

        Assert.All(counts, count => Assert.InRange(count.Value, 10_000 - tolerance, 10_000 + tolerance));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_happens_the_choice_is_allowed_the_least_busy_and_there_is_one_while_anybody_serves(int seed)
    {
        var random = new Random(seed);
        var balancer = new Balancer(new BalancingOptions { Policy = BalancingPolicy.LeastOutstanding, EjectAfter = 2 }, random);
        var model = new Dictionary<string, int>();
        var open = new List<Pick>();
        var now = new Instant(0);
        ImmutableArray<ServiceInstance> view = [];
        for (var step = 0; step < 2000; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(0, 300));
            switch (random.Next(10))
            {
                case 0:
                    view = SomeView(random);
                    balancer.See(view);
                    foreach (var gone in model.Keys.Except(view.Select(instance => instance.Id)).ToList())
                    {
                        model.Remove(gone);
                    }

                    open.RemoveAll(pick => view.All(instance => instance.Id != pick.Instance.Id));
                    break;
                case < 4 when open.Count > 0:
                    var over = open[random.Next(open.Count)];
                    open.Remove(over);
                    balancer.Judge(over, random.Next(3) == 0 ? AttemptOutcome.NotConnected : random.Next(2) == 0 ? AttemptOutcome.Broken : AttemptOutcome.Answered, now);
                    Balancer.Ended(over);
                    model[over.Instance.Id]--;
                    break;
                default:
                    var ready = balancer.Members.Where(member => member.IsReady).ToList();
                    var healthy = ready.Where(member => !member.IsEjected(now)).ToList();
                    var pick = balancer.Choose(now, secure: false, []);
                    Assert.Equal(ready.Count > 0, pick is not null);
                    if (pick is null)
                    {
                        break;
                    }

                    var allowed = healthy.Count > 0 ? healthy : ready;
                    Assert.Contains(pick.Member, allowed);
                    var busy = model.GetValueOrDefault(pick.Instance.Id);
                    Assert.All(allowed, other => Assert.True(busy <= model.GetValueOrDefault(other.Instance.Id), $"step {step}: a busier one was chosen"));
                    model[pick.Instance.Id] = busy + 1;
                    open.Add(pick);
                    break;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_retry_budget_is_never_exceeded(int seed)
    {
        var random = new Random(seed);
        var (share, burst) = (random.Next(0, 101) / 100.0, random.Next(0, 20));
        var budget = new RetryBudget(share, burst);
        var (requests, retries) = (0, 0);
        for (var step = 0; step < 5000; step++)
        {
            if (random.Next(3) == 0)
            {
                requests++;
                budget.Requested();
            }
            else if (budget.TryTake())
            {
                retries++;
            }

            Assert.True(retries <= burst + (share * requests) + 1e-9, $"step {step}: {retries} retries after {requests} requests");
        }
    }

    [Fact]
    public void The_retry_budget_gives_what_it_promises()
    {
        var budget = new RetryBudget(0.2, 10);
        Assert.Equal(10, Taken());
        for (var n = 0; n < 25; n++)
        {
            budget.Requested();
        }

        Assert.Equal(5, Taken());
        for (var n = 0; n < 1000; n++)
        {
            budget.Requested();
        }

        Assert.Equal(10, Taken());

        int Taken() => Enumerable.Range(0, 100).TakeWhile(_ => budget.TryTake()).Count();
    }

    private static ImmutableArray<ServiceInstance> SomeView(Random random) =>
    [
        .. Enumerable.Range(1, 6).Where(_ => random.Next(5) > 0).Select(n => Of(
            $"i{n}", weight: random.Next(4) == 0 ? 0 : 100, state: random.Next(4) == 0 ? (InstanceState)random.Next(3) : InstanceState.Serving)),
    ];
}
