using Coordination.Embedded.Protos;
using Coordination.Grpc;

namespace Coordination.Embedded.Server;

/// <summary>The methods of the services Cluster and Maintenance that only the server knows.</summary>
internal static class ClusterMethods
{
    private const string Cluster = "etcdserverpb.Cluster";
    private const string Maintenance = "etcdserverpb.Maintenance";

    public static readonly GrpcMethod<MemberAddRequest, MembersResponse> MemberAdd =
        new(Cluster, "MemberAdd", MemberAddRequest.Parser, MembersResponse.Parser);
    public static readonly GrpcMethod<MemberIdRequest, MembersResponse> MemberRemove =
        new(Cluster, "MemberRemove", MemberIdRequest.Parser, MembersResponse.Parser);
    public static readonly GrpcMethod<MemberUpdateRequest, MembersResponse> MemberUpdate =
        new(Cluster, "MemberUpdate", MemberUpdateRequest.Parser, MembersResponse.Parser);
    public static readonly GrpcMethod<MemberIdRequest, MembersResponse> MemberPromote =
        new(Cluster, "MemberPromote", MemberIdRequest.Parser, MembersResponse.Parser);
    public static readonly GrpcMethod<MoveLeaderRequest, MoveLeaderResponse> MoveLeader =
        new(Maintenance, "MoveLeader", MoveLeaderRequest.Parser, MoveLeaderResponse.Parser);

    /// <summary>Streams a copy of the database: one request, many responses.</summary>
    public static readonly GrpcMethod<SnapshotRequest, SnapshotResponse> Snapshot =
        new(Maintenance, "Snapshot", SnapshotRequest.Parser, SnapshotResponse.Parser);
}
