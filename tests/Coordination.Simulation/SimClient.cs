using System.Collections.Immutable;
using Coordination.Embedded;
using Coordination.Etcd;
using Coordination.Etcd.Transport;
using Coordination.Etcd.Transport.Connections;
using Grpc.Core;
using EtcdErrors = Coordination.Etcd.Transport.EtcdErrors;

namespace Coordination.Simulation;

/// <summary>How bad the network between a process and etcd is.</summary>
internal sealed record Network
{
    /// <summary>A share of the requests never arrives.</summary>
    public double LosesRequests { get; init; }

    /// <summary>A share of the replies never arrives.</summary>
    public double LosesReplies { get; init; }

    /// <summary>A share of the requests arrives after the client has given up.</summary>
    public double DelaysRequests { get; init; }

    /// <summary>A share of the watches breaks with each event.</summary>
    public double BreaksWatches { get; init; }

    /// <summary>The longest that a message is on its way when nothing is wrong.</summary>
    public TimeSpan Slowest { get; init; } = TimeSpan.FromMilliseconds(20);
}

/// <summary>The client of one life of a process: its requests take time, get lost, and may be carried out long after nobody waits for them any more.</summary>
internal sealed class SimClient(World world, SimEtcd etcd, SimProcess process, Network network, TimeSpan requestTimeout, bool isOldEtcd) : IEtcdClient
{
    private static readonly Uri Endpoint = new("http://sim:2379");
    private static readonly TimeSpan Quickest = TimeSpan.FromMicroseconds(50);
    private readonly List<SimWatch> _watches = [];
    private DeposedLeader? _deposed;
    private bool _isGone;

    public ImmutableArray<Uri> Endpoints => [Endpoint];

    /// <summary>Whether nothing gets through now, in neither direction.</summary>
    public bool IsCut { get; private set; }

    public Network Network { get; set; } = network;

    /// <summary>Nothing gets through for a while.</summary>
    public void Cut(TimeSpan time)
    {
        world.Note(process.Name, "is cut off");
        IsCut = true;
        foreach (var watch in _watches.ToList())
        {
            world.After(world.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), watch.Break);
        }

        world.After(time, () =>
        {
            IsCut = false;
            world.Note(process.Name, "is connected");
        });
    }

    /// <summary>Another member leads. For a while this client's renewals go to the one that led: it does not know, and acknowledges them. What it should write or read is lost, or goes elsewhere.</summary>
    public void StayWithDeposedLeader(TimeSpan time)
    {
        world.Note(process.Name, "stays with the deposed leader");
        _deposed = DeposedLeader.Of(etcd.Node);
        etcd.ChangeLeader();
        world.After(time, () =>
        {
            _deposed = null;
            world.Note(process.Name, "has left the deposed leader");
        });
    }

    /// <summary>The process is dead: what it has sent may still arrive.</summary>
    public void Vanish()
    {
        _isGone = true;
        foreach (var watch in _watches.ToList())
        {
            watch.Dispose();
        }
    }

    public Task<GetResult> GetAsync(EtcdOp.Get get, CancellationToken cancellationToken = default) =>
        CallAsync("get", node => node.Range(get.ToProto()).ToResult());

    public Task<PutResult> PutAsync(EtcdOp.Put put, CancellationToken cancellationToken = default) => CallAsync("put", node => node.Put(put.ToProto()).ToResult());

    public Task<DeleteResult> DeleteAsync(EtcdOp.Delete delete, CancellationToken cancellationToken = default) =>
        CallAsync("delete", node => node.DeleteRange(delete.ToProto()).ToResult());

    public Task<TxnResult> TxnAsync(EtcdOp.Txn txn, CancellationToken cancellationToken = default) => CallAsync("txn", node => node.Txn(txn.ToProto()).ToResult());

    public Task<LeaseGranted> GrantLeaseAsync(TimeSpan ttl, LeaseId id = default, CancellationToken cancellationToken = default)
    {
        var request = new Etcdserverpb.LeaseGrantRequest { TTL = (long)Math.Ceiling(ttl.TotalSeconds), ID = id.Value };
        return CallAsync("grant", node => LeaseReplies.Granted(node.LeaseGrant(request), request));
    }

    public Task<EtcdHeader> RevokeLeaseAsync(LeaseId id, CancellationToken cancellationToken = default) =>
        CallAsync("revoke", node => node.LeaseRevoke(new Etcdserverpb.LeaseRevokeRequest { ID = id.Value }).Header.ToHeader());

    public Task<LeaseRenewed> KeepAliveAsync(LeaseId id, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        CallAsync("renew", node => LeaseReplies.Renewed(_deposed?.Renew(id) ?? node.LeaseKeepAlive(new Etcdserverpb.LeaseKeepAliveRequest { ID = id.Value })), timeout);

    public Task<LeaseInfo> GetLeaseAsync(LeaseId id, bool withKeys = false, CancellationToken cancellationToken = default) =>
        CallAsync("lease", node => LeaseReplies.Info(node.LeaseTimeToLive(new Etcdserverpb.LeaseTimeToLiveRequest { ID = id.Value, Keys = withKeys })));

    public IEtcdWatch Watch(EtcdWatchSpec spec, Action<EtcdWatchSignal> onSignal)
    {
        var watch = new SimWatch(world, etcd, this, process, spec, onSignal);
        _watches.Add(watch);
        return watch;
    }

    public void Forget(SimWatch watch) => _watches.Remove(watch);

    public Task<EndpointStatus> GetStatusAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => CallAsync(
        "status", node => new EndpointStatus(Endpoint, node.Header().ToHeader(), isOldEtcd ? "3.4.23" : "3.5.21", 1, 0, node.LogIndex, []));

    public Task<EtcdHeader> CompactAsync(Revision revision, bool physical = false, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ImmutableArray<LeaseId>> ListLeasesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EndpointHealth> CheckHealthAsync(Uri? endpoint = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ImmutableArray<EtcdMember>> ListMembersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static EtcdException Broken(WriteOutcome outcome) => new(CoordinationErrorKind.Unavailable, outcome, "The connection broke", Endpoint);

    public TimeSpan OnTheWay() => world.Between(Quickest, Network.Slowest);

    private Task<T> CallAsync<T>(string what, Func<EtcdNode, T> serve, TimeSpan? timeout = null)
    {
        // Continuations run where the reply is delivered: on the thread of the world.
        var call = new TaskCompletionSource<T>();
        var limit = timeout ?? requestTimeout;
        process.Clock.After(limit, () => call.TrySetException(
            new EtcdException(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, $"No answer within {limit.TotalSeconds:0.###} s", Endpoint)));
        if (IsCut || world.Happens(Network.LosesRequests) || (_deposed is not null && what != "renew" && world.Happens(0.5)))
        {
            if (world.Happens(0.5))
            {
                Answer(call, () => call.TrySetException(Broken(IsCut && world.Happens(0.5) ? WriteOutcome.NotApplied : WriteOutcome.Unknown)));
            }

            return call.Task;
        }

        var late = world.Happens(Network.DelaysRequests) ? world.Between(limit / 2, limit * 4) : TimeSpan.Zero;
        world.After(OnTheWay() + late, () => Arrive(what, serve, call));
        return call.Task;
    }

    private void Arrive<T>(string what, Func<EtcdNode, T> serve, TaskCompletionSource<T> call)
    {
        if (!etcd.IsUp)
        {
            Answer(call, () => call.TrySetException(Broken(WriteOutcome.Unknown)));
            return;
        }

        Action told;
        try
        {
            var reply = serve(etcd.Node);
            world.Note(process.Name, $"{what} at {etcd.Node.Store.CurrentRevision}");
            told = () => call.TrySetResult(reply);
        }
        catch (RpcException refused)
        {
            var error = EtcdErrors.Describe(new CallFailure(refused.StatusCode, refused.Status.Detail) { FromServer = true }, Endpoint);
            world.Note(process.Name, $"{what} refused: {error.Kind}");
            told = () => call.TrySetException(error);
        }

        if (!IsCut && !world.Happens(Network.LosesReplies))
        {
            Answer(call, told);
        }
        else if (world.Happens(0.5))
        {
            Answer(call, () => call.TrySetException(Broken(WriteOutcome.Unknown)));
        }
    }

    private void Answer<T>(TaskCompletionSource<T> call, Action told) => world.After(OnTheWay(), () => process.Deliver(() =>
    {
        if (!_isGone && !call.Task.IsCompleted)
        {
            told();
        }
    }));

    /// <summary>A member that led: what it knew when it lost the leadership.</summary>
    private sealed record DeposedLeader(Etcdserverpb.ResponseHeader Header, IReadOnlyDictionary<long, long> Ttls)
    {
        public static DeposedLeader Of(EtcdNode node) => new(
            node.Header(), node.LeaseLeases().Leases.ToDictionary(lease => lease.ID, lease => node.LeaseTimeToLive(new Etcdserverpb.LeaseTimeToLiveRequest { ID = lease.ID }).GrantedTTL));

        public Etcdserverpb.LeaseKeepAliveResponse Renew(LeaseId lease) => new() { Header = Header, ID = lease.Value, TTL = Ttls.GetValueOrDefault(lease.Value) };
    }
}
