using Coordination.Etcd.Protos;
using Coordination.Grpc;
using Google.Protobuf;

namespace Coordination.Embedded.Auth;

/// <summary>The methods of the service <c>etcdserverpb.Auth</c>.</summary>
internal static class AuthMethods
{
    private const string Service = "etcdserverpb.Auth";

    public static readonly GrpcMethod<AuthEnableRequest, AuthDoneResponse> Enable = Done("AuthEnable", AuthEnableRequest.Parser);
    public static readonly GrpcMethod<AuthDisableRequest, AuthDoneResponse> Disable = Done("AuthDisable", AuthDisableRequest.Parser);
    public static readonly GrpcMethod<AuthStatusRequest, AuthStatusResponse> Status =
        new(Service, "AuthStatus", AuthStatusRequest.Parser, AuthStatusResponse.Parser);
    public static readonly GrpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate =
        new(Service, "Authenticate", AuthenticateRequest.Parser, AuthenticateResponse.Parser);
    public static readonly GrpcMethod<AuthUserAddRequest, AuthDoneResponse> UserAdd = Done("UserAdd", AuthUserAddRequest.Parser);
    public static readonly GrpcMethod<AuthUserGetRequest, AuthUserGetResponse> UserGet =
        new(Service, "UserGet", AuthUserGetRequest.Parser, AuthUserGetResponse.Parser);
    public static readonly GrpcMethod<AuthUserListRequest, AuthUserListResponse> UserList =
        new(Service, "UserList", AuthUserListRequest.Parser, AuthUserListResponse.Parser);
    public static readonly GrpcMethod<AuthUserDeleteRequest, AuthDoneResponse> UserDelete = Done("UserDelete", AuthUserDeleteRequest.Parser);
    public static readonly GrpcMethod<AuthUserChangePasswordRequest, AuthDoneResponse> UserChangePassword =
        Done("UserChangePassword", AuthUserChangePasswordRequest.Parser);
    public static readonly GrpcMethod<AuthUserGrantRoleRequest, AuthDoneResponse> UserGrantRole =
        Done("UserGrantRole", AuthUserGrantRoleRequest.Parser);
    public static readonly GrpcMethod<AuthUserRevokeRoleRequest, AuthDoneResponse> UserRevokeRole =
        Done("UserRevokeRole", AuthUserRevokeRoleRequest.Parser);
    public static readonly GrpcMethod<AuthRoleAddRequest, AuthDoneResponse> RoleAdd = Done("RoleAdd", AuthRoleAddRequest.Parser);
    public static readonly GrpcMethod<AuthRoleGetRequest, AuthRoleGetResponse> RoleGet =
        new(Service, "RoleGet", AuthRoleGetRequest.Parser, AuthRoleGetResponse.Parser);
    public static readonly GrpcMethod<AuthRoleListRequest, AuthRoleListResponse> RoleList =
        new(Service, "RoleList", AuthRoleListRequest.Parser, AuthRoleListResponse.Parser);
    public static readonly GrpcMethod<AuthRoleDeleteRequest, AuthDoneResponse> RoleDelete = Done("RoleDelete", AuthRoleDeleteRequest.Parser);
    public static readonly GrpcMethod<AuthRoleGrantPermissionRequest, AuthDoneResponse> RoleGrantPermission =
        Done("RoleGrantPermission", AuthRoleGrantPermissionRequest.Parser);
    public static readonly GrpcMethod<AuthRoleRevokePermissionRequest, AuthDoneResponse> RoleRevokePermission =
        Done("RoleRevokePermission", AuthRoleRevokePermissionRequest.Parser);

    private static GrpcMethod<TRequest, AuthDoneResponse> Done<TRequest>(string name, MessageParser<TRequest> parser)
        where TRequest : IMessage<TRequest> =>
        new(Service, name, parser, AuthDoneResponse.Parser);
}
