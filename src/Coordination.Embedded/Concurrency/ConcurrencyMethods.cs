using Coordination.Grpc;
using V3Electionpb;
using V3Lockpb;

namespace Coordination.Embedded.Concurrency;

/// <summary>The methods of the services <c>v3lockpb.Lock</c> and <c>v3electionpb.Election</c>.</summary>
internal static class ConcurrencyMethods
{
    private const string LockService = "v3lockpb.Lock";
    private const string Election = "v3electionpb.Election";

    public static readonly GrpcMethod<LockRequest, LockResponse> Lock = new(LockService, "Lock", LockRequest.Parser, LockResponse.Parser);
    public static readonly GrpcMethod<UnlockRequest, UnlockResponse> Unlock =
        new(LockService, "Unlock", UnlockRequest.Parser, UnlockResponse.Parser);
    public static readonly GrpcMethod<CampaignRequest, CampaignResponse> Campaign =
        new(Election, "Campaign", CampaignRequest.Parser, CampaignResponse.Parser);
    public static readonly GrpcMethod<ProclaimRequest, ProclaimResponse> Proclaim =
        new(Election, "Proclaim", ProclaimRequest.Parser, ProclaimResponse.Parser);
    public static readonly GrpcMethod<LeaderRequest, LeaderResponse> Leader =
        new(Election, "Leader", LeaderRequest.Parser, LeaderResponse.Parser);

    /// <summary>Streams the leaders: one request, many responses.</summary>
    public static readonly GrpcMethod<LeaderRequest, LeaderResponse> Observe =
        new(Election, "Observe", LeaderRequest.Parser, LeaderResponse.Parser);
    public static readonly GrpcMethod<ResignRequest, ResignResponse> Resign =
        new(Election, "Resign", ResignRequest.Parser, ResignResponse.Parser);
}
