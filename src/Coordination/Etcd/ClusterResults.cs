using System.Collections.Immutable;
using Coordination.Etcd.Transport;
using Coordination.Etcd.Transport.Connections;

namespace Coordination.Etcd;

/// <summary>What a member says about itself.</summary>
/// <param name="Endpoint">The endpoint that was asked.</param>
/// <param name="Header">Cluster, member, revision and raft term.</param>
/// <param name="Version">The server's version, for example 3.5.13.</param>
/// <param name="Leader">The member that leads, 0 when there is none.</param>
/// <param name="DatabaseSize">The size of the database file in bytes.</param>
/// <param name="RaftIndex">The raft index.</param>
/// <param name="Errors">Alarms and errors that the member reports.</param>
public sealed record EndpointStatus(
    Uri Endpoint, EtcdHeader Header, string Version, ulong Leader, long DatabaseSize, ulong RaftIndex, ImmutableArray<string> Errors)
{
    /// <summary>How much of the database file is in use, in bytes.</summary>
    public long DatabaseSizeInUse { get; init; }

    /// <summary>The raft index that is applied.</summary>
    public ulong RaftAppliedIndex { get; init; }

    /// <summary>Whether the member is a learner, without a vote.</summary>
    public bool IsLearner { get; init; }

    /// <summary>Whether this member leads.</summary>
    public bool IsLeader => Leader != 0 && Leader == Header.MemberId;
}

/// <summary>A member of the cluster.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; empty before it has started for the first time.</param>
/// <param name="PeerUrls">Where the other members reach it.</param>
/// <param name="ClientUrls">Where clients reach it, as the member says; empty before it has started for the first time.</param>
/// <param name="IsLearner">Whether it is a learner, without a vote.</param>
public sealed record EtcdMember(ulong Id, string Name, ImmutableArray<string> PeerUrls, ImmutableArray<string> ClientUrls, bool IsLearner);

/// <summary>Whether an endpoint can serve.</summary>
/// <param name="Endpoint">The endpoint that was asked.</param>
/// <param name="IsHealthy">Whether it answered a linearizable read.</param>
/// <param name="Took">How long the answer took.</param>
/// <param name="Error">Why it is not healthy, else null.</param>
public sealed record EndpointHealth(Uri Endpoint, bool IsHealthy, TimeSpan Took, EtcdException? Error)
{
    // The key that etcdctl asks for, too; it need not exist.
    private const string Probe = "health";

    internal static async Task<EtcdException?> AskAsync(EtcdTransport transport, Endpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            await transport.UnaryAsync(
                endpoint, static (etcd, read, call) => etcd.KVClient.RangeAsync(read, call), new EtcdOp.Get(Probe).ToProto(), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (EtcdException error)
        {
            // Who may not read this key was still answered by a cluster that works.
            return error.Kind == CoordinationErrorKind.PermissionDenied ? null : error;
        }
    }
}
