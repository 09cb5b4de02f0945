using Coordination.Discovery.Balancing;
using Coordination.Time;

namespace Coordination.Balancing.Bench;

/// <summary>One choice with all that belongs to it: the lock, the clock, the budget, the count of what is outstanding, and its end.</summary>
internal static class Picks
{
    private const int Rounds = 200_000;

    public static async Task RunAsync(TimeSpan request)
    {
        Console.WriteLine();
        Console.WriteLine($"one choice, microseconds   (limit: a bare request takes {request.TotalMicroseconds:0.0})");
        foreach (var policy in Enum.GetValues<BalancingPolicy>())
        {
            foreach (var count in (int[])[10, 1000])
            {
                var costs = new List<double>();
                for (var turn = 0; turn < 5; turn++)
                {
                    costs.Add(await CostAsync(policy, count));
                }

                var cost = costs.Order().ElementAt(2);
                Console.WriteLine($"  {policy,-18} {count,5} instances   {cost,7:0.000}   {100 * cost / request.TotalMicroseconds,6:0.00} % of a request");
            }
        }
    }

    private static async Task<double> CostAsync(BalancingPolicy policy, int count)
    {
        await using var service = new BalancedService(
            "greeter", new BalancingOptions { Policy = policy }, StandingViews.Of(count, 80), new MonotonicClock(SuspendAwareTimeProvider.Instance), new Random(1));
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        for (var n = 0; n < Rounds; n++)
        {
            service.Ended(await service.ChooseAsync(secure: false, CancellationToken.None), AttemptOutcome.Answered, broken: false);
        }

        return time.GetElapsedTime(start).TotalMicroseconds / Rounds;
    }
}
