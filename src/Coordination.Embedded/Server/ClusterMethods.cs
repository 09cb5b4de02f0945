using Coordination.Grpc;
using Etcdserverpb;

namespace Coordination.Embedded.Server;

/// <summary>The methods of the services Cluster and Maintenance that only the server knows.</summary>
internal static class ClusterMethods
{
    private const string Cluster = "etcdserverpb.Cluster";
    private const string Maintenance = "etcdserverpb.Maintenance";

    public static readonly GrpcMethod<MemberAddRequest, MemberAddResponse> MemberAdd = new(Cluster, "MemberAdd", MemberAddRequest.Parser, MemberAddResponse.Parser);
    public static readonly GrpcMethod<MemberRemoveRequest, MemberRemoveResponse> MemberRemove = new(Cluster, "MemberRemove", MemberRemoveRequest.Parser, MemberRemoveResponse.Parser);
    public static readonly GrpcMethod<MemberUpdateRequest, MemberUpdateResponse> MemberUpdate = new(Cluster, "MemberUpdate", MemberUpdateRequest.Parser, MemberUpdateResponse.Parser);
    public static readonly GrpcMethod<MemberPromoteRequest, MemberPromoteResponse> MemberPromote = new(Cluster, "MemberPromote", MemberPromoteRequest.Parser, MemberPromoteResponse.Parser);
    public static readonly GrpcMethod<MoveLeaderRequest, MoveLeaderResponse> MoveLeader =
        new(Maintenance, "MoveLeader", MoveLeaderRequest.Parser, MoveLeaderResponse.Parser);

    /// <summary>Streams a copy of the database: one request, many responses.</summary>
    public static readonly GrpcMethod<SnapshotRequest, SnapshotResponse> Snapshot =
        new(Maintenance, "Snapshot", SnapshotRequest.Parser, SnapshotResponse.Parser);
}
