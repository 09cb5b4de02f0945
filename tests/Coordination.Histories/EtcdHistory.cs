using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.Histories;

/// <summary>The history as etcd tells it afterwards, read directly.</summary>
internal static class EtcdHistory
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="etcd">A client that no fault is between.</param>
    /// <param name="keys">Of which keys.</param>
    /// <param name="from">The keys as they were then, and all changes after it. etcd must not be compacted beyond it. None: from the first revision.</param>
    public static async Task<WrittenHistory> ReadAsync(IEtcdClient etcd, KeyRange keys, Revision from = default)
    {
        var history = new WrittenHistory(from == Revision.None ? [] : (await etcd.GetAsync(new EtcdOp.Get(keys) { Revision = from })).KeyValues, from);

        // A change after the end says that there is no more. The marker makes that change, outside of the keys.
        var end = (await etcd.PutAsync(new EtcdOp.Put("\u0001marker", ""))).Header.Revision;
        var signals = Channel.CreateUnbounded<EtcdWatchSignal>();
        using var watch = etcd.Watch(new EtcdWatchSpec(KeyRange.All, from.Next), signal => signals.Writer.TryWrite(signal));
        while (true)
        {
            switch (await signals.Reader.ReadAsync().AsTask().WaitAsync(Limit))
            {
                case EtcdWatchSignal.Changes m:
                    foreach (var change in m.Events.Where(e => keys.Contains(e.Current.Key)))
                    {
                        history.Add(change, seenAt: 0);
                    }

                    if (m.Events[^1].Current.ModRevision >= end)
                    {
                        return history;
                    }

                    break;
                case EtcdWatchSignal.Ended m:
                    throw m.Cause;
            }
        }
    }
}
