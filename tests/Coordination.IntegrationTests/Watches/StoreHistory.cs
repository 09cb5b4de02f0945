using System.Collections.Immutable;
using System.Threading.Channels;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Watches;

/// <summary>
/// The second, independent reader: the history of some keys as etcd itself tells it, read directly in one go, and the keys as they were at a revision.
/// </summary>
internal sealed class StoreHistory(IEtcdClient etcd, KeyRange keys)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>All events from a revision to another.</summary>
    public async Task<ImmutableArray<EtcdEvent>> ReadAsync(Revision from, Revision to)
    {
        if (from > to)
        {
            return [];
        }

        // A progress report or a change after the end says that there is no more; the marker makes that change, outside of the keys.
        var events = ImmutableArray.CreateBuilder<EtcdEvent>();
        var signals = Channel.CreateUnbounded<EtcdWatchSignal>();
        using var watch = etcd.Watch(new EtcdWatchSpec(KeyRange.All, from), signal => signals.Writer.TryWrite(signal));
        await etcd.PutAsync(new EtcdOp.Put("\u0001marker", ""));
        while (true)
        {
            switch (await signals.Reader.ReadAsync().AsTask().WaitAsync(Limit))
            {
                case EtcdWatchSignal.Changes m:
                    events.AddRange(m.Events.Where(e => e.Current.ModRevision <= to && keys.Contains(e.Current.Key)));
                    if (m.Events[^1].Current.ModRevision > to)
                    {
                        return events.ToImmutable();
                    }

                    break;
                case EtcdWatchSignal.Ended m:
                    throw m.Cause;
            }
        }
    }

    public async Task<ImmutableArray<KeyValue>> KeysAsync(Revision at) => (await etcd.GetAsync(new EtcdOp.Get(keys) { Revision = at })).KeyValues;
}
