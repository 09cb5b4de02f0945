using System.Collections.Immutable;
using Coordination.Etcd.Transport;

namespace Coordination.Etcd.Views;

/// <summary>A client seen from under a prefix. What it does to keys is in <see cref="KeyPrefix"/>; all else is the inner client's.</summary>
internal sealed class PrefixedEtcdClient(IEtcdClient inner, Bytes prefix) : IEtcdClient
{
    private readonly KeyPrefix _prefix = new(prefix);

    public ImmutableArray<Uri> Endpoints => inner.Endpoints;

    public async Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default)
    {
        // Before the prefix hides that a key is empty; here and below.
        RequestLimits.Check(get);
        return _prefix.Remove(await inner.GetAsync(_prefix.Add(get), cancellationToken).ConfigureAwait(false));
    }

    public async Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(put);
        return _prefix.Remove(await inner.PutAsync(_prefix.Add(put), cancellationToken).ConfigureAwait(false));
    }

    public async Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(delete);
        return _prefix.Remove(await inner.DeleteAsync(_prefix.Add(delete), cancellationToken).ConfigureAwait(false));
    }

    public async Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default)
    {
        RequestLimits.Check(txn);
        return _prefix.Remove(await inner.TxnAsync(_prefix.Add(txn), cancellationToken).ConfigureAwait(false));
    }

    public Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default) =>
        inner.CompactAsync(revision, physical, cancellationToken);

    public Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default) =>
        inner.GrantLeaseAsync(ttl, id, cancellationToken);

    public Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default) => inner.RevokeLeaseAsync(id, cancellationToken);

    public Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        inner.KeepAliveAsync(id, timeout, cancellationToken);

    // The keys of others on the same lease are not shown.
    public async Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default) =>
        _prefix.Remove(await inner.GetLeaseAsync(id, withKeys, cancellationToken).ConfigureAwait(false));

    public Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default) => inner.ListLeasesAsync(cancellationToken);

    public IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(onSignal);
        RequestLimits.CheckKeys(spec.Keys, "watch");
        return inner.Watch(_prefix.Add(spec), signal => onSignal(_prefix.Remove(signal)));
    }

    public Task<EndpointStatus> GetStatusAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => inner.GetStatusAsync(endpoint, cancellationToken);

    public Task<EndpointHealth> CheckHealthAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => inner.CheckHealthAsync(endpoint, cancellationToken);

    public Task<ImmutableArray<EtcdMember>> ListMembersAsync(CancellationToken cancellationToken = default) => inner.ListMembersAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
