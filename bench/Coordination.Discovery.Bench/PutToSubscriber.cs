using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.Discovery.Bench;

/// <summary>From the moment a put begins to the message of the subscriber, beside the event of a raw watch of the same key.</summary>
internal static class PutToSubscriber
{
    private const int Rounds = 1000;

    public static async Task RunAsync(CoordinationSystem system, string when)
    {
        var time = TimeProvider.System;
        using var discovery = system.Discover("measured");
        var revision = (await discovery.WaitForViewAsync(TimeSpan.FromSeconds(10))).Revision;
        var raw = Channel.CreateUnbounded<long>();
        using var watch = system.Etcd.Watch(new EtcdWatchSpec("/services/measured/a", revision.Next), signal =>
        {
            if (signal is EtcdWatchSignal.Changes)
            {
                raw.Writer.TryWrite(time.GetTimestamp());
            }
        });
        await using var changes = discovery.ChangesAsync().GetAsyncEnumerator();
        await changes.MoveNextAsync();
        var (rawTimes, times) = (new List<double>(), new List<double>());
        for (var n = 0; n < Rounds; n++)
        {
            var start = time.GetTimestamp();
            var put = system.Etcd.PutAsync(new EtcdOp.Put("/services/measured/a", $"10.0.0.1:{n + 1}"));
            await changes.MoveNextAsync();
            times.Add(time.GetElapsedTime(start).TotalMilliseconds);
            rawTimes.Add(time.GetElapsedTime(start, await raw.Reader.ReadAsync()).TotalMilliseconds);
            await put;
        }

        await system.Etcd.DeleteAsync(new EtcdOp.Delete("/services/measured/a"));
        Print($"put to raw event, {when}", rawTimes);
        Print($"put to subscriber, {when}", times);
    }

    private static void Print(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine($"  {what,-40} p50 {times[times.Count / 2],7:0.000} ms   p99 {times[(int)(times.Count * 0.99)],7:0.000} ms");
    }
}
