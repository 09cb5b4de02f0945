using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.Bench;

/// <summary>The limit of every hand-over: the raw time from a put to its event on an established watch.</summary>
internal static class PutToEvent
{
    /// <summary>Milliseconds from a put to its event, one after the other.</summary>
    public static async Task<List<double>> MeasureAsync(IEtcdClient etcd, int rounds)
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
        for (var n = 0; n < rounds; n++)
        {
            var start = time.GetTimestamp();
            var put = etcd.PutAsync(new EtcdOp.Put("/bench/event", "x"));
            times.Add(time.GetElapsedTime(start, await events.Reader.ReadAsync()).TotalMilliseconds);
            await put;
        }

        await etcd.DeleteAsync(new EtcdOp.Delete("/bench/event"));
        return times;
    }

    /// <summary>One line: the times beside the limit.</summary>
    public static void Print(string what, List<double> times, List<double> limit, string also)
    {
        times.Sort();
        limit.Sort();
        var p50 = times[times.Count / 2];
        Console.WriteLine($"  {what,-28} p50 {p50,7:0.000}   p99 {times[(int)(times.Count * 0.99)],7:0.000}   {also}   ratio of p50 {p50 / limit[limit.Count / 2]:0.00}");
    }
}
