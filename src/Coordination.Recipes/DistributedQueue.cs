using System.Collections.Immutable;
using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Recipes;

/// <summary>
/// Items are keys that sort in the order in which they are taken: by priority, then by a revision of etcd that was read when they were put. So nobody competes for the place of an
/// item, clocks do not matter, and the first is found without reading all. Who holds an item has a key of its own on its session's lease.
/// </summary>
internal sealed class DistributedQueue(CoordinationSystem system, string name) : IDistributedQueue
{
    /// <summary>Items that are looked at together: more than are held at a time by most.</summary>
    private const int Page = 32;

    private static long _puts;

    private readonly KeyRange _all = KeyRange.Prefix($"{name}/queue/");
    private readonly Bytes _items = $"{name}/queue/items/";
    private readonly Bytes _held = $"{name}/queue/held/";

    public string Name => name;

    public async Task EnqueueAsync(
        Bytes value, int priority = IDistributedQueue.DefaultPriority, IReadOnlyList<EtcdCompare>? guards = null, CancellationToken cancellationToken = default)
    {
        if (priority is < 0 or > 9_999)
        {
            throw new ArgumentOutOfRangeException(nameof(priority), priority, string.Create(CultureInfo.InvariantCulture, $"The priority is {priority}; allowed is 0 to 9999."));
        }

        // Larger than that of all puts that have ended: each of them made a revision.
        var now = (await system.ReadAsync(etcd => etcd.GetAsync(new EtcdOp.Get(_items), cancellationToken)).ConfigureAwait(false)).Header.Revision;
        var number = Interlocked.Increment(ref _puts);
        await system.CommitAsync(
            guards ?? [],
            [],
            lease => [new EtcdOp.Put(string.Create(CultureInfo.InvariantCulture, $"{name}/queue/items/{priority:d4}/{now.Value:x16}-{number:x8}-{lease.Value:x16}"), value)],
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<IQueueItem> TakeAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await system.UntilAsync(_all, timeout, TryAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"The queue '{name}' had no item within {timeout!.Value.TotalSeconds:0.###} s that nobody holds."));
        }
    }

    public async Task<IQueueItem?> TryTakeAsync(CancellationToken cancellationToken = default) => (await TryAsync(cancellationToken).ConfigureAwait(false)).Item;

    public async Task<long> CountAsync(CancellationToken cancellationToken = default) =>
        (await system.ReadAsync(etcd => etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix(_items)) { CountOnly = true }, cancellationToken)).ConfigureAwait(false)).Count;

    private async Task<(Revision Seen, IQueueItem? Item)> TryAsync(CancellationToken cancellationToken)
    {
        var range = KeyRange.Prefix(_items);
        while (true)
        {
            var both = new EtcdOp.Txn { Then = [new EtcdOp.Get(range) { Limit = Page }, new EtcdOp.Get(KeyRange.Prefix(_held)) { KeysOnly = true }] };
            var look = await system.ReadAsync(etcd => etcd.TxnAsync(both, cancellationToken)).ConfigureAwait(false);
            var (items, held) = ((GetResult)look.Results[0], ((GetResult)look.Results[1]).KeyValues.Select(kv => kv.Key).ToHashSet());
            if (items.KeyValues.FirstOrDefault(item => !held.Contains(HeldKeyOf(item.Key))) is { } free)
            {
                if (await TryHoldAsync(free, cancellationToken).ConfigureAwait(false) is { } taken)
                {
                    return (look.Header.Revision, taken);
                }
            }
            else if (items.More)
            {
                range = KeyRange.Between(After(items.KeyValues[^1].Key), range.End);
            }
            else
            {
                return (look.Header.Revision, null);
            }
        }
    }

    private async Task<Item?> TryHoldAsync(KeyValue item, CancellationToken cancellationToken)
    {
        var held = HeldKeyOf(item.Key);
        var since = await system.CommitAsync(
            [],
            [EtcdCompare.Unchanged(item.Key, item.ModRevision), EtcdCompare.NotExists(held)],
            lease => [new EtcdOp.Put(held, system.Options.Owner) { Lease = lease }],
            cancellationToken).ConfigureAwait(false);
        return since is { } revision ? new Item(system, item, held, revision, PriorityOf(item.Key)) : null;
    }

    private Bytes HeldKeyOf(Bytes item) => (byte[])[.. _held.Span, .. item.Span[_items.Length..]];

    private int PriorityOf(Bytes item) => int.TryParse(item.Span[_items.Length..].Slice(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var priority) ? priority : 0;

    private static Bytes After(Bytes key) => (byte[])[.. key.Span, 0];

    private sealed class Item(CoordinationSystem system, KeyValue item, Bytes held, Revision since, int priority) : IQueueItem
    {
        private int _isCompleted;

        public Bytes Value => item.Value;

        public int Priority => priority;

        public long Token => since.Value;

        public EtcdCompare Guard => EtcdCompare.Unchanged(held, since);

        public async Task CompleteAsync(ImmutableArray<EtcdOp> and = default, CancellationToken cancellationToken = default)
        {
            ImmutableArray<EtcdOp> writes = [new EtcdOp.Delete(item.Key), new EtcdOp.Delete(held), .. and.IsDefault ? [] : and];
            await system.CommitAsync([Guard], [], _ => writes, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _isCompleted, 1);
        }

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isCompleted, 1) == 1)
            {
                return;
            }

            try
            {
                await system.TakeBackAsync(() => system.CommitAsync([], [Guard], _ => [new EtcdOp.Delete(held)], CancellationToken.None)).ConfigureAwait(false);
            }
            catch (CoordinationException)
            {
                // It goes with the lease.
            }
        }
    }
}
