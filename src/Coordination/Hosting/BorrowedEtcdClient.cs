using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Hosting;

/// <summary>The client of a system, in the hands of a container: whoever disposes it does not take it away from the system.</summary>
internal sealed class BorrowedEtcdClient(IEtcdClient etcd) : IEtcdClient
{
    public ImmutableArray<Uri> Endpoints => etcd.Endpoints;

    public Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default) => etcd.GetAsync(get, cancellationToken);

    public Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default) => etcd.PutAsync(put, cancellationToken);

    public Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default) => etcd.DeleteAsync(delete, cancellationToken);

    public Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default) => etcd.TxnAsync(txn, cancellationToken);

    public Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default) =>
        etcd.CompactAsync(revision, physical, cancellationToken);

    public Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default) =>
        etcd.GrantLeaseAsync(ttl, id, cancellationToken);

    public Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default) => etcd.RevokeLeaseAsync(id, cancellationToken);

    public Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        etcd.KeepAliveAsync(id, timeout, cancellationToken);

    public Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default) =>
        etcd.GetLeaseAsync(id, withKeys, cancellationToken);

    public Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default) => etcd.ListLeasesAsync(cancellationToken);

    public IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal) => etcd.Watch(spec, onSignal);

    public Task<EndpointStatus> GetStatusAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => etcd.GetStatusAsync(endpoint, cancellationToken);

    public Task<EndpointHealth> CheckHealthAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => etcd.CheckHealthAsync(endpoint, cancellationToken);

    public Task<ImmutableArray<EtcdMember>> ListMembersAsync(CancellationToken cancellationToken = default) => etcd.ListMembersAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
