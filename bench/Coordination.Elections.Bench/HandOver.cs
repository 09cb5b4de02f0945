using Coordination.Bench;

namespace Coordination.Elections.Bench;

/// <summary>From a resignation to the next leader, and to what an observer sees, beside the raw time from a put to its event.</summary>
internal static class HandOver
{
    private const int Rounds = 1000;
    private const string Election = "/bench/election";

    public static async Task RunAsync(CoordinationSystem one, CoordinationSystem other)
    {
        Console.WriteLine();
        Console.WriteLine("hand-over of the leadership, milliseconds   (limit: from a put to its event on an established watch)");
        var limit = await PutToEvent.MeasureAsync(one.Etcd, Rounds);
        Print("put to event", limit, limit);
        var (resign, observe) = await ResignAsync(one, other);
        Print("resign to the next leader", resign, limit);
        Print("resign to the observer", observe, limit);
    }

    private static void Print(string what, List<double> times, List<double> limit) => PutToEvent.Print(what, times, limit, $"max {times.Max(),7:0.000}");

    private static async Task<(List<double> Leader, List<double> Observer)> ResignAsync(CoordinationSystem one, CoordinationSystem other)
    {
        var time = TimeProvider.System;
        List<double> leaders = [];
        List<double> observers = [];
        await using var seen = other.Election(Election).ObserveAsync().GetAsyncEnumerator();
        await seen.MoveNextAsync();
        var leader = await one.Election(Election).CampaignAsync("first");
        await seen.MoveNextAsync();
        for (var n = 0; n < Rounds; n++)
        {
            var system = n % 2 == 0 ? other : one;
            var waiting = system.Election(Election).CampaignAsync($"{n}");
            while ((await system.Election(Election).GetCandidatesAsync()).Count < 2)
            {
                // A round trip each.
            }

            var start = time.GetTimestamp();
            var resigning = leader.ResignAsync();
            var observing = ObservedAsync(seen, time);
            leader = await waiting;
            leaders.Add(time.GetElapsedTime(start).TotalMilliseconds);
            observers.Add(time.GetElapsedTime(start, await observing).TotalMilliseconds);
            await resigning;
        }

        await leader.ResignAsync();
        return (leaders, observers);
    }

    private static async Task<long> ObservedAsync(IAsyncEnumerator<LeaderChanged> seen, TimeProvider time)
    {
        await seen.MoveNextAsync().ConfigureAwait(false);
        return time.GetTimestamp();
    }
}
