using System.Collections.Immutable;

namespace Coordination.Etcd;

/// <summary>
/// A typed client of etcd v3. Thread-safe. Every method throws <see cref="EtcdException"/> when the request failed, with the
/// <see cref="WriteOutcome"/> for writes: a write is never repeated unless it certainly was not applied. Reads move on to another endpoint by themselves.
/// Each call has a timeout (<see cref="EtcdClientOptions.RequestTimeout"/>); a cancelled call throws <see cref="OperationCanceledException"/> and its
/// outcome is unknown.
/// </summary>
public interface IEtcdClient : IAsyncDisposable
{
    /// <summary>The endpoints this client may use.</summary>
    ImmutableArray<Uri> Endpoints { get; }

    /// <summary>Reads a key or a range.</summary>
    Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default);

    /// <summary>Writes a key.</summary>
    Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default);

    /// <summary>Deletes a key or a range.</summary>
    Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default);

    /// <summary>Runs a transaction.</summary>
    Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default);

    /// <summary>Forgets the history before a revision. <paramref name="physical"/>: wait until the space is free.</summary>
    Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default);

    /// <summary>Grants a lease. With an <paramref name="id"/> of your own choice you can recognise a grant whose reply was lost.</summary>
    /// <param name="ttl">At least one second; rounded up to seconds. The server may give more.</param>
    /// <param name="id">The id, or none to let the server choose.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default);

    /// <summary>Revokes a lease: its keys are deleted.</summary>
    Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Renews a lease once, over a shared stream. When no reply comes within <paramref name="timeout"/>, the stream is given up and the next
    /// call uses another endpoint. The lease lives at least until the time just before this call plus the TTL returned.
    /// </summary>
    Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>The present state of a lease.</summary>
    Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default);

    /// <summary>All leases.</summary>
    Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Watches over a shared stream, as long as that stream lives: the caller must watch again after <see cref="EtcdWatchSignal.Ended"/>.
    /// </summary>
    /// <param name="spec">What to watch.</param>
    /// <param name="onSignal">Called for each signal in order, never concurrently for one watch, on the stream's reading thread: it must only hand over, not work or block. When it throws, its watch is cancelled.</param>
    IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal);

    /// <summary>What a member says about itself.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>, or null for the one in use.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<EndpointStatus> GetStatusAsync(Uri? endpoint = null, CancellationToken cancellationToken = default);

    /// <summary>Whether a member can serve now: it answers a linearizable read, so it has a leader and the leader has its quorum. Does not throw when the member is
    /// sick.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>, or null for the one in use.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<EndpointHealth> CheckHealthAsync(Uri? endpoint = null, CancellationToken cancellationToken = default);

    /// <summary>The members of the cluster, as the member in use knows them.</summary>
    Task<ImmutableArray<EtcdMember>> ListMembersAsync(CancellationToken cancellationToken = default);
}
