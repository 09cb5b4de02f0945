using System.Threading.Channels;
using Coordination.Cluster.Load;
using Coordination.Etcd;

namespace Coordination.Cluster;

/// <summary>Holds what the load was told against the history as etcd tells it in the end.</summary>
internal static class HistoryCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Everything that was ever put under a prefix, in order, read in one go.</summary>
    public static async Task<List<EtcdEvent>> ReadAsync(EtcdClient etcd, string prefix)
    {
        var events = new List<EtcdEvent>();
        var signals = Channel.CreateUnbounded<EtcdWatchSignal>();
        using var watch = etcd.Watch(new EtcdWatchSpec(KeyRange.Prefix(prefix), new Revision(1)), signal => signals.Writer.TryWrite(signal));
        var end = (await etcd.PutAsync(prefix + "end", "end")).Header.Revision;
        while (true)
        {
            switch (await signals.Reader.ReadAsync().AsTask().WaitAsync(Limit))
            {
                case EtcdWatchSignal.Changes changes:
                    events.AddRange(changes.Events);
                    if (events[^1].Current.ModRevision == end)
                    {
                        return events;
                    }

                    break;
                case EtcdWatchSignal.Ended ended:
                    throw ended.Cause;
            }
        }
    }

    /// <summary>No gap, no duplicate, in order.</summary>
    public static IEnumerable<string> OfWatch(int number, WatchLoad watch, Revision from, List<EtcdEvent> history)
    {
        var expected = history.Where(change => change.Current.ModRevision > from).Select(Text).ToList();
        var told = watch.Told.Select(Text).ToList();
        var same = expected.Zip(told).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same < expected.Count || told.Count > expected.Count)
        {
            yield return $"watch {number} told {told.Count} of {expected.Count} changes; the first difference is at {same}: "
                + $"{told.ElementAtOrDefault(same) ?? "nothing"} instead of {expected.ElementAtOrDefault(same) ?? "nothing"}";
        }
    }

    /// <summary>What was reported of each write is what happened.</summary>
    public static IEnumerable<string> OfWrites(WriteLoad writes, List<EtcdEvent> history)
    {
        var made = history.ToLookup(change => change.Current.Value.ToText(), change => change.Current.ModRevision);
        foreach (var (value, revision) in writes.Made)
        {
            if (!made[value].SequenceEqual([revision]))
            {
                yield return $"the write of {value} was acknowledged at revision {revision}, and made at [{string.Join(", ", made[value])}]";
            }
        }

        foreach (var (value, error) in writes.Failed)
        {
            if (made[value].Count() > (error.Outcome == WriteOutcome.NotApplied ? 0 : 1))
            {
                yield return $"the write of {value} was told {error.Outcome} ({error.Message}), and made at [{string.Join(", ", made[value])}]";
            }
        }
    }

    private static string Text(EtcdEvent change) => $"{change.Current.ModRevision} {change.Current.Key}={change.Current.Value}";
}
