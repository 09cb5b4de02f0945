using Coordination.Embedded.Auth;
using Coordination.Embedded.Leases;
using Coordination.Embedded.Requests;
using Coordination.Embedded.Store;
using Coordination.Embedded.Watches;
using Etcdserverpb;
using Mvccpb;
using Lease = Coordination.Embedded.Leases.Lease;

namespace Coordination.Embedded;

/// <summary>
/// The whole state of one etcd node and what requests do to it: no I/O, no threads, no clock but the given one. Not thread-safe. Requests that
/// etcd refuses throw with etcd's code and message and change nothing.
/// </summary>
internal sealed class EtcdNode
{
    public EtcdNode(NodeSettings settings, TimeProvider time)
    {
        Identity = settings.Identity;
        Leases = new LeaseTable(time, settings.MinimumLeaseTtlSeconds, settings.FirstLeaseId);
        Store = new MvccStore(Leases);
        Auth = new AuthStore(new TokenTable(time, settings.TokenTimeToLive));
        Access = new AccessControl(Auth);
        Watches = NewWatches();
    }

    public ClusterIdentity Identity { get; private set; }

    public MvccStore Store { get; }

    public LeaseTable Leases { get; }

    public WatchHub Watches { get; private set; }

    public AuthStore Auth { get; }

    public AccessControl Access { get; }

    /// <summary>Set by the alarm API: no request that stores data is accepted.</summary>
    public Alarms Alarms { get; } = new();

    /// <summary>How many requests a replicated log would hold.</summary>
    public ulong LogIndex { get; private set; } = 4;

    public RangeResponse Range(RangeRequest request, string? token = null)
    {
        RequestChecks.Check(request);
        Access.RequireRead(Access.Identify(token), request.Key, request.RangeEnd);
        return Filled(RangeEvaluation.Evaluate(Store, request, Store.CurrentRevision), static reply => reply.Header);
    }

    public PutResponse Put(PutRequest request, string? token = null)
    {
        RequestChecks.Check(request);
        var user = Access.Identify(token);
        AddToLog(request);
        Alarms.RequireSpace();
        Access.Require(user, request, Leases);
        if (request.Lease != 0 && Leases.Find(request.Lease) is null)
        {
            throw EtcdErrors.LeaseNotFound;
        }

        var transaction = Store.Begin();
        var response = Writes.Put(Store, transaction, request);
        Publish(transaction.Commit());
        return Filled(response, static reply => reply.Header);
    }

    public DeleteRangeResponse DeleteRange(DeleteRangeRequest request, string? token = null)
    {
        RequestChecks.Check(request);
        var user = Access.Identify(token);
        AddToLog(request);
        Access.Require(user, request);
        var transaction = Store.Begin();
        var response = Writes.Delete(transaction, request);
        Publish(transaction.Commit());
        return Filled(response, static reply => reply.Header);
    }

    public TxnResponse Txn(TxnRequest request, string? token = null)
    {
        RequestChecks.Check(request);
        var user = Access.Identify(token);
        if (!TxnEvaluation.IsReadOnly(request))
        {
            AddToLog(request);
            if (TxnEvaluation.CanGrow(request))
            {
                Alarms.RequireSpace();
            }
        }

        Access.Require(user, request);
        var (response, commit) = TxnEvaluation.Run(request, Store, Leases);
        Publish(commit);
        return Filled(response, static reply => reply.Header);
    }

    public CompactionResponse Compact(CompactionRequest request, string? token = null)
    {
        Access.RequireAdmin(Access.Identify(token));
        AddToLog(request);
        if (request.Revision <= Store.CompactedRevision)
        {
            throw EtcdErrors.Compacted;
        }

        if (request.Revision > Store.CurrentRevision)
        {
            throw EtcdErrors.FutureRevision;
        }

        Store.Compact(request.Revision);
        return new CompactionResponse { Header = Header() };
    }

    public LeaseGrantResponse LeaseGrant(LeaseGrantRequest request, string? token = null)
    {
        Access.RequireUser(Access.Identify(token));
        AddToLog(request);
        Alarms.RequireSpace();
        var lease = Leases.Grant(request.ID, request.TTL, Store.CurrentRevision);
        return new LeaseGrantResponse { Header = Header(), ID = lease.Id, TTL = lease.TtlSeconds };
    }

    public LeaseRevokeResponse LeaseRevoke(LeaseRevokeRequest request, string? token = null)
    {
        var user = Access.Identify(token);
        Access.RequireUser(user);
        AddToLog(request);
        var lease = Leases.Find(request.ID);
        Access.RequireWrites(user, lease);
        Revoke(lease ?? throw EtcdErrors.LeaseNotFound);
        return new LeaseRevokeResponse { Header = Header() };
    }

    /// <summary>Renews a lease; a lease that does not exist is answered with TTL 0.</summary>
    public LeaseKeepAliveResponse LeaseKeepAlive(LeaseKeepAliveRequest request, string? token = null)
    {
        var user = Access.Identify(token);
        Access.RequireUser(user);
        Access.RequireWrites(user, Leases.Find(request.ID));

        // The header is older than the renewal, so that a revision in it never outlives the lease.
        var response = new LeaseKeepAliveResponse { Header = Header(), ID = request.ID };
        if (Leases.Find(request.ID) is not { } lease)
        {
            return response;
        }

        if (Leases.IsExpired(lease))
        {
            // etcd lets the renewal of an expired lease wait for the sweep; the outcome is the same.
            Revoke(lease);
            return response;
        }

        Leases.Renew(lease);
        response.TTL = lease.TtlSeconds;
        return response;
    }

    public LeaseTimeToLiveResponse LeaseTimeToLive(LeaseTimeToLiveRequest request, string? token = null)
    {
        var user = Access.Identify(token);
        Access.RequireUser(user);
        Access.RequireReads(user, request.Keys ? Leases.Find(request.ID) : null);
        var response = new LeaseTimeToLiveResponse { Header = Header(), ID = request.ID };
        if (Leases.Find(request.ID) is not { } lease)
        {
            response.TTL = -1;
            return response;
        }

        response.TTL = Leases.RemainingSeconds(lease);
        response.GrantedTTL = lease.TtlSeconds;
        if (request.Keys)
        {
            response.Keys.AddRange(lease.Keys);
        }

        return response;
    }

    public LeaseLeasesResponse LeaseLeases(string? token = null)
    {
        var user = Access.Identify(token);
        Access.RequireUser(user);
        foreach (var lease in Leases.All)
        {
            Access.RequireReads(user, lease);
        }

        var response = new LeaseLeasesResponse { Header = Header() };
        response.Leases.AddRange(Leases.All.Select(static lease => new LeaseStatus { ID = lease.Id }));
        return response;
    }

    public HashKVResponse HashKV(long revision)
    {
        if (revision > 0 && revision <= Store.CompactedRevision)
        {
            throw EtcdErrors.Compacted;
        }

        if (revision > Store.CurrentRevision)
        {
            throw EtcdErrors.FutureRevision;
        }

        return new HashKVResponse
        {
            Header = Header(),

            // A negative revision is one before anything was stored.
            Hash = StoreHash.Compute(Store, revision == 0 ? Store.CurrentRevision : revision),
            CompactRevision = Store.CompactedRevision,
        };
    }

    /// <summary>Revokes leases whose time is over, and forgets tokens. To be called every <see cref="NodeSettings.SweepInterval"/>.</summary>
    public void Sweep()
    {
        foreach (var lease in Leases.TakeExpired(NodeSettings.RevocationsPerSweep))
        {
            LogIndex++;
            Revoke(lease);
        }

        Auth.Tokens.Sweep();
    }

    /// <summary>Continues after a stop: a new term, no watches, and every lease has its whole time again.</summary>
    public void Restart()
    {
        Identity = Identity with { Term = Identity.Term + 1 };
        Watches = NewWatches();
        Leases.RenewAll();
    }

    /// <summary>
    /// Goes back to an earlier revision, as a cluster does that was restored from a backup: later writes, and leases granted after it, never
    /// happened; leases that were revoked since then are there again.
    /// </summary>
    public void ForgetAfter(long revision)
    {
        if (revision < Math.Max(1, Store.CompactedRevision) || revision > Store.CurrentRevision)
        {
            throw new ArgumentOutOfRangeException(
                nameof(revision), revision, $"The revision must be between {Math.Max(1, Store.CompactedRevision)} and {Store.CurrentRevision}.");
        }

        Store.ForgetAfter(revision);
        Leases.Restore(revision);
        AttachKeys();
        Watches = NewWatches();
    }

    /// <summary>
    /// Goes back to an earlier revision, as a new cluster that was restored with <c>etcdutl snapshot restore --bump-revision … --mark-compacted</c>: the keys and leases are old,
    /// and all revisions from now on are larger than those that were lost.
    /// </summary>
    public void RestoreBackup(long revision, long bump)
    {
        var lost = Store.CurrentRevision;
        ForgetAfter(revision);
        Store.JumpTo(lost + bump);
        Identity = new ClusterIdentity(Identity.ClusterId + 1, Identity.MemberId + 1, 1);
    }

    /// <summary>Continues what another node was, whose data have been loaded.</summary>
    public void Continue(ClusterIdentity identity)
    {
        Identity = identity;
        AttachKeys();
    }

    /// <summary>Ends a lease as if its time were over.</summary>
    /// <returns>False when there is no such lease.</returns>
    public bool ExpireNow(long id)
    {
        if (Leases.Find(id) is not { } lease)
        {
            return false;
        }

        Revoke(lease);
        return true;
    }

    public ResponseHeader Header() => Identity.Header(Store.CurrentRevision);

    private WatchHub NewWatches() => new(Store, revision => Identity.Header(revision), Access.RefuseWatch);

    private void AttachKeys()
    {
        foreach (var pair in Store.Keys.All().Select(key => key.At(Store.CurrentRevision)).OfType<KeyValue>().Where(static pair => pair.Lease != 0))
        {
            Leases.Attach(pair.Lease, pair.Key);
        }
    }

    private void Revoke(Lease lease)
    {
        var transaction = Store.Begin();
        foreach (var key in lease.Keys.ToList())
        {
            transaction.Delete(KeyRange.Single(key));
        }

        Publish(transaction.Commit());
        Leases.Remove(lease, Store.CurrentRevision);
    }

    /// <summary>Checks that a request is not too large, and counts it.</summary>
    public void AddToLog(Google.Protobuf.IMessage request)
    {
        RequestChecks.CheckSize(request);
        LogIndex++;
    }

    private void Publish(Commit? commit)
    {
        if (commit is not null)
        {
            Watches.Publish(commit);
        }
    }

    private T Filled<T>(T response, Func<T, ResponseHeader> header)
    {
        Identity.Fill(header(response), Store.CurrentRevision);
        return response;
    }
}
