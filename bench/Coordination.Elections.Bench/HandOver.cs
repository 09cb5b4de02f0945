using System.Threading.Channels;
using Coordination.Etcd;

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
        var limit = await PutToEventAsync(one.Etcd);
        Print("put to event", limit, limit);
        var (resign, observe) = await ResignAsync(one, other);
        Print("resign to the next leader", resign, limit);
        Print("resign to the observer", observe, limit);
    }

    private static void Print(string what, List<double> times, List<double> limit)
    {
        times.Sort();
        limit.Sort();
        var p50 = times[times.Count / 2];
        Console.WriteLine(
            $"  {what,-28} p50 {p50,7:0.000}   p99 {times[(int)(times.Count * 0.99)],7:0.000}   max {times[^1],7:0.000}   ratio of p50 {p50 / limit[limit.Count / 2]:0.00}");
    }

    private static async Task<List<double>> PutToEventAsync(IEtcdClient etcd)
    {
        var time = TimeProvider.System;
        var events = Channel.CreateUnbounded<long>();
        var now = (await etcd.GetAsync(new EtcdOp.Get("/bench/event"))).Header.Revision;
        using var watch = etcd.Watch(new EtcdWatchSpec("/bench/event", now.Next), signal =>
        {
            if (signal is EtcdWatchSignal.Changes)
            {
                events.Writer.TryWrite(time.GetTimestamp());
            }
        });
        var times = new List<double>();
        for (var n = 0; n < Rounds; n++)
        {
            var start = time.GetTimestamp();
            var put = etcd.PutAsync(new EtcdOp.Put("/bench/event", "x"));
            times.Add(time.GetElapsedTime(start, await events.Reader.ReadAsync()).TotalMilliseconds);
            await put;
        }

        await etcd.DeleteAsync(new EtcdOp.Delete("/bench/event"));
        return times;
    }

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
