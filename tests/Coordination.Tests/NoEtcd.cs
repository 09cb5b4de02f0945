using System.Collections.Immutable;
using Coordination.Etcd;

namespace Coordination.Tests;

/// <summary>An etcd that is away: every request is refused before it is sent. A test overrides what it needs.</summary>
internal class NoEtcd : IEtcdClient
{
    public ImmutableArray<Uri> Endpoints { get; } = [new Uri("http://nowhere:2379")];

    public virtual Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default) => Away<GetResult>();

    public virtual Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default) => Away<PutResult>();

    public virtual Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default) => Away<DeleteResult>();

    public virtual Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default) => Away<TxnResult>();

    public virtual Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default) => Away<EtcdHeader>();

    public virtual Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default) => Away<LeaseGranted>();

    public virtual Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default) => Away<EtcdHeader>();

    public virtual Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) => Away<LeaseRenewed>();

    public virtual Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default) => Away<LeaseInfo>();

    public virtual Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default) => Away<ImmutableArray<LeaseId>>();

    public virtual IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal) => throw Error();

    public virtual Task<EndpointStatus> GetStatusAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => Away<EndpointStatus>();

    public virtual Task<EndpointHealth> CheckHealthAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => Away<EndpointHealth>();

    public virtual Task<ImmutableArray<EtcdMember>> ListMembersAsync(CancellationToken cancellationToken = default) => Away<ImmutableArray<EtcdMember>>();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static EtcdException Error() => new(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, "etcd is away");

    private static Task<T> Away<T>() => Task.FromException<T>(Error());
}
