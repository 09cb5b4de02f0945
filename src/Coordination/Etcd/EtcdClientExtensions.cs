using System.Runtime.CompilerServices;
using Coordination.Etcd.Views;

namespace Coordination.Etcd;

/// <summary>Convenience over the requests of <see cref="IEtcdClient"/>; works with every implementation.</summary>
public static class EtcdClientExtensions
{
    /// <summary>The most keys that one page may have.</summary>
    public const int MaxPageSize = 1_000_000;

    /// <summary>Reads a key or a range as it is now.</summary>
    public static Task<GetResult> GetAsync(this IEtcdClient client, KeyRange keys, CancellationToken cancellationToken = default) =>
        Checked(client).GetAsync(new EtcdOp.Get(keys), cancellationToken);

    /// <summary>Writes a key.</summary>
    public static Task<PutResult> PutAsync(this IEtcdClient client, Bytes key, Bytes value, CancellationToken cancellationToken = default) =>
        Checked(client).PutAsync(new EtcdOp.Put(key, value), cancellationToken);

    /// <summary>Writes a key that lives as long as a lease.</summary>
    public static Task<PutResult> PutAsync(this IEtcdClient client, Bytes key, Bytes value, LeaseId lease, CancellationToken cancellationToken = default) =>
        Checked(client).PutAsync(new EtcdOp.Put(key, value) { Lease = lease }, cancellationToken);

    /// <summary>Deletes a key or a range.</summary>
    public static Task<DeleteResult> DeleteAsync(this IEtcdClient client, KeyRange keys, CancellationToken cancellationToken = default) =>
        Checked(client).DeleteAsync(new EtcdOp.Delete(keys), cancellationToken);

    /// <summary>Runs any operation; the result is of the matching type.</summary>
    public static async Task<EtcdResult> DoAsync(this IEtcdClient client, EtcdOp op, CancellationToken cancellationToken = default) => op switch
    {
        EtcdOp.Get get => await Checked(client).GetAsync(get, cancellationToken).ConfigureAwait(false),
        EtcdOp.Put put => await Checked(client).PutAsync(put, cancellationToken).ConfigureAwait(false),
        EtcdOp.Delete delete => await Checked(client).DeleteAsync(delete, cancellationToken).ConfigureAwait(false),
        EtcdOp.Txn txn => await Checked(client).TxnAsync(txn, cancellationToken).ConfigureAwait(false),
        _ => throw new ArgumentNullException(nameof(op)),
    };

    /// <summary>Starts a transaction with its conditions (see <see cref="When"/>); none means that it always takes the <c>Then</c> branch.</summary>
    public static EtcdTxnBuilder If(this IEtcdClient client, params ReadOnlySpan<EtcdCompare> conditions) => new(Checked(client), new EtcdOp.Txn { If = [.. conditions] });

    /// <summary>
    /// The same client, seen from under a prefix: every key that goes out gets the prefix, and every key that comes back loses it, also in watches, nested
    /// transactions and comparisons. A whole range ("all", "from a key on") ends with the prefix. Leases, compaction and the cluster are shared with all
    /// others. Disposing the view does nothing; the client is its owner's.
    /// </summary>
    /// <param name="client">The client; a view of a view has both prefixes.</param>
    /// <param name="prefix">The prefix, with its delimiter (<c>app1/</c>): without one, <c>app1</c> also covers the keys of <c>app10</c>. Not empty.</param>
    /// <exception cref="ArgumentException">The prefix is empty.</exception>
    public static IEtcdClient WithPrefix(this IEtcdClient client, Bytes prefix) => prefix.IsEmpty
        ? throw new ArgumentException("The prefix is empty; at least one byte is required.", nameof(prefix))
        : new PrefixedEtcdClient(Checked(client), prefix);

    /// <summary>
    /// Reads a range page by page, all at one revision: the one asked for, or the one at which the first page was read. So the result is consistent, however long it
    /// takes. If that revision is compacted meanwhile, the next page fails with <see cref="CoordinationErrorKind.Compacted"/>.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="get">What to read. It must not be sorted by anything but the ascending key; its limit, if any, is that of all pages together.</param>
    /// <param name="pageSize">Keys per page; 1 to 1,000,000. Default 1,000. A page should be well below <see cref="EtcdClientOptions.MaxReceiveMessageSize"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The page size is out of range, or the read is sorted or only counts.</exception>
    public static IAsyncEnumerable<GetResult> GetPagesAsync(
        this IEtcdClient client, EtcdOp.Get get, int pageSize = 1000, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, MaxPageSize);
        return get.CountOnly || get.OrderBy != EtcdOp.SortTarget.Key || get.Order == EtcdOp.SortOrder.Descending
            ? throw new ArgumentException("Pages can be read in ascending order of the keys only, and not only counted.", nameof(get))
            : RangePages.ReadAsync(Checked(client), get, pageSize, cancellationToken);
    }

    /// <summary>The keys of a range one by one, read page by page at one revision: see <see cref="GetPagesAsync"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="keys">The range.</param>
    /// <param name="pageSize">Keys per page.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<KeyValue> ReadAllAsync(
        this IEtcdClient client, KeyRange keys, int pageSize = 1000, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var page in client.GetPagesAsync(new EtcdOp.Get(keys), pageSize, cancellationToken).ConfigureAwait(false))
        {
            foreach (var keyValue in page.KeyValues)
            {
                yield return keyValue;
            }
        }
    }

    private static IEtcdClient Checked(IEtcdClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client;
    }
}
