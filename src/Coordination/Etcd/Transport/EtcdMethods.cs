using Coordination.Grpc;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>The methods of etcd's API v3 (the services are listed in Protos/rpc.proto and Protos/auth.proto).</summary>
internal static class EtcdMethods
{
    private const string Kv = "etcdserverpb.KV";
    private const string LeaseService = "etcdserverpb.Lease";
    private const string Cluster = "etcdserverpb.Cluster";
    private const string Maintenance = "etcdserverpb.Maintenance";
    private const string Auth = "etcdserverpb.Auth";

    public static readonly GrpcMethod<RangeRequest, RangeResponse> Range = new(Kv, "Range", RangeRequest.Parser, RangeResponse.Parser);
    public static readonly GrpcMethod<PutRequest, PutResponse> Put = new(Kv, "Put", PutRequest.Parser, PutResponse.Parser);
    public static readonly GrpcMethod<DeleteRangeRequest, DeleteRangeResponse> DeleteRange =
        new(Kv, "DeleteRange", DeleteRangeRequest.Parser, DeleteRangeResponse.Parser);
    public static readonly GrpcMethod<TxnRequest, TxnResponse> Txn = new(Kv, "Txn", TxnRequest.Parser, TxnResponse.Parser);
    public static readonly GrpcMethod<CompactionRequest, CompactionResponse> Compact =
        new(Kv, "Compact", CompactionRequest.Parser, CompactionResponse.Parser);

    /// <summary>Duplex: many watches share one stream.</summary>
    public static readonly GrpcMethod<WatchRequest, WatchResponse> Watch =
        new("etcdserverpb.Watch", "Watch", WatchRequest.Parser, WatchResponse.Parser);

    public static readonly GrpcMethod<LeaseGrantRequest, LeaseGrantResponse> LeaseGrant =
        new(LeaseService, "LeaseGrant", LeaseGrantRequest.Parser, LeaseGrantResponse.Parser);
    public static readonly GrpcMethod<LeaseRevokeRequest, LeaseRevokeResponse> LeaseRevoke =
        new(LeaseService, "LeaseRevoke", LeaseRevokeRequest.Parser, LeaseRevokeResponse.Parser);

    /// <summary>Duplex: many leases share one stream; the server answers each request, in order.</summary>
    public static readonly GrpcMethod<LeaseKeepAliveRequest, LeaseKeepAliveResponse> LeaseKeepAlive =
        new(LeaseService, "LeaseKeepAlive", LeaseKeepAliveRequest.Parser, LeaseKeepAliveResponse.Parser);
    public static readonly GrpcMethod<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> LeaseTimeToLive =
        new(LeaseService, "LeaseTimeToLive", LeaseTimeToLiveRequest.Parser, LeaseTimeToLiveResponse.Parser);
    public static readonly GrpcMethod<LeaseLeasesRequest, LeaseLeasesResponse> LeaseLeases =
        new(LeaseService, "LeaseLeases", LeaseLeasesRequest.Parser, LeaseLeasesResponse.Parser);

    public static readonly GrpcMethod<MemberListRequest, MemberListResponse> MemberList =
        new(Cluster, "MemberList", MemberListRequest.Parser, MemberListResponse.Parser);
    public static readonly GrpcMethod<StatusRequest, StatusResponse> Status =
        new(Maintenance, "Status", StatusRequest.Parser, StatusResponse.Parser);
    public static readonly GrpcMethod<AlarmRequest, AlarmResponse> Alarm =
        new(Maintenance, "Alarm", AlarmRequest.Parser, AlarmResponse.Parser);
    public static readonly GrpcMethod<HashRequest, HashResponse> Hash =
        new(Maintenance, "Hash", HashRequest.Parser, HashResponse.Parser);
    public static readonly GrpcMethod<HashKVRequest, HashKVResponse> HashKV =
        new(Maintenance, "HashKV", HashKVRequest.Parser, HashKVResponse.Parser);
    public static readonly GrpcMethod<DefragmentRequest, DefragmentResponse> Defragment =
        new(Maintenance, "Defragment", DefragmentRequest.Parser, DefragmentResponse.Parser);

    public static readonly GrpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate =
        new(Auth, "Authenticate", AuthenticateRequest.Parser, AuthenticateResponse.Parser);
    public static readonly GrpcMethod<AuthEnableRequest, AuthEnableResponse> AuthEnable = new(Auth, "AuthEnable", AuthEnableRequest.Parser, AuthEnableResponse.Parser);
    public static readonly GrpcMethod<AuthDisableRequest, AuthDisableResponse> AuthDisable = new(Auth, "AuthDisable", AuthDisableRequest.Parser, AuthDisableResponse.Parser);
    public static readonly GrpcMethod<AuthUserAddRequest, AuthUserAddResponse> UserAdd =
        new(Auth, "UserAdd", AuthUserAddRequest.Parser, AuthUserAddResponse.Parser);
    public static readonly GrpcMethod<AuthUserChangePasswordRequest, AuthUserChangePasswordResponse> UserChangePassword =
        new(Auth, "UserChangePassword", AuthUserChangePasswordRequest.Parser, AuthUserChangePasswordResponse.Parser);
    public static readonly GrpcMethod<AuthUserDeleteRequest, AuthUserDeleteResponse> UserDelete =
        new(Auth, "UserDelete", AuthUserDeleteRequest.Parser, AuthUserDeleteResponse.Parser);
    public static readonly GrpcMethod<AuthUserListRequest, AuthUserListResponse> UserList =
        new(Auth, "UserList", AuthUserListRequest.Parser, AuthUserListResponse.Parser);
    public static readonly GrpcMethod<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse> UserGrantRole = new(Auth, "UserGrantRole", AuthUserGrantRoleRequest.Parser, AuthUserGrantRoleResponse.Parser);
    public static readonly GrpcMethod<AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse> UserRevokeRole =
        new(Auth, "UserRevokeRole", AuthUserRevokeRoleRequest.Parser, AuthUserRevokeRoleResponse.Parser);
    public static readonly GrpcMethod<AuthRoleAddRequest, AuthRoleAddResponse> RoleAdd = new(Auth, "RoleAdd", AuthRoleAddRequest.Parser, AuthRoleAddResponse.Parser);
    public static readonly GrpcMethod<AuthRoleDeleteRequest, AuthRoleDeleteResponse> RoleDelete = new(Auth, "RoleDelete", AuthRoleDeleteRequest.Parser, AuthRoleDeleteResponse.Parser);
    public static readonly GrpcMethod<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse> RoleGrantPermission =
        new(Auth, "RoleGrantPermission", AuthRoleGrantPermissionRequest.Parser, AuthRoleGrantPermissionResponse.Parser);
    public static readonly GrpcMethod<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse> RoleRevokePermission =
        new(Auth, "RoleRevokePermission", AuthRoleRevokePermissionRequest.Parser, AuthRoleRevokePermissionResponse.Parser);
}
