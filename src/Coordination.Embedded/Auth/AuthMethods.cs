using Coordination.Grpc;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Auth;

/// <summary>The methods of the service <c>etcdserverpb.Auth</c>.</summary>
internal static class AuthMethods
{
    private const string Service = "etcdserverpb.Auth";

    public static readonly GrpcMethod<AuthEnableRequest, AuthEnableResponse> Enable = Done("AuthEnable", AuthEnableRequest.Parser, AuthEnableResponse.Parser);
    public static readonly GrpcMethod<AuthDisableRequest, AuthDisableResponse> Disable = Done("AuthDisable", AuthDisableRequest.Parser, AuthDisableResponse.Parser);
    public static readonly GrpcMethod<AuthStatusRequest, AuthStatusResponse> Status =
        new(Service, "AuthStatus", AuthStatusRequest.Parser, AuthStatusResponse.Parser);
    public static readonly GrpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate =
        new(Service, "Authenticate", AuthenticateRequest.Parser, AuthenticateResponse.Parser);
    public static readonly GrpcMethod<AuthUserAddRequest, AuthUserAddResponse> UserAdd = Done("UserAdd", AuthUserAddRequest.Parser, AuthUserAddResponse.Parser);
    public static readonly GrpcMethod<AuthUserGetRequest, AuthUserGetResponse> UserGet =
        new(Service, "UserGet", AuthUserGetRequest.Parser, AuthUserGetResponse.Parser);
    public static readonly GrpcMethod<AuthUserListRequest, AuthUserListResponse> UserList =
        new(Service, "UserList", AuthUserListRequest.Parser, AuthUserListResponse.Parser);
    public static readonly GrpcMethod<AuthUserDeleteRequest, AuthUserDeleteResponse> UserDelete = Done("UserDelete", AuthUserDeleteRequest.Parser, AuthUserDeleteResponse.Parser);
    public static readonly GrpcMethod<AuthUserChangePasswordRequest, AuthUserChangePasswordResponse> UserChangePassword =
        Done("UserChangePassword", AuthUserChangePasswordRequest.Parser, AuthUserChangePasswordResponse.Parser);
    public static readonly GrpcMethod<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse> UserGrantRole =
        Done("UserGrantRole", AuthUserGrantRoleRequest.Parser, AuthUserGrantRoleResponse.Parser);
    public static readonly GrpcMethod<AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse> UserRevokeRole =
        Done("UserRevokeRole", AuthUserRevokeRoleRequest.Parser, AuthUserRevokeRoleResponse.Parser);
    public static readonly GrpcMethod<AuthRoleAddRequest, AuthRoleAddResponse> RoleAdd = Done("RoleAdd", AuthRoleAddRequest.Parser, AuthRoleAddResponse.Parser);
    public static readonly GrpcMethod<AuthRoleGetRequest, AuthRoleGetResponse> RoleGet =
        new(Service, "RoleGet", AuthRoleGetRequest.Parser, AuthRoleGetResponse.Parser);
    public static readonly GrpcMethod<AuthRoleListRequest, AuthRoleListResponse> RoleList =
        new(Service, "RoleList", AuthRoleListRequest.Parser, AuthRoleListResponse.Parser);
    public static readonly GrpcMethod<AuthRoleDeleteRequest, AuthRoleDeleteResponse> RoleDelete = Done("RoleDelete", AuthRoleDeleteRequest.Parser, AuthRoleDeleteResponse.Parser);
    public static readonly GrpcMethod<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse> RoleGrantPermission =
        Done("RoleGrantPermission", AuthRoleGrantPermissionRequest.Parser, AuthRoleGrantPermissionResponse.Parser);
    public static readonly GrpcMethod<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse> RoleRevokePermission =
        Done("RoleRevokePermission", AuthRoleRevokePermissionRequest.Parser, AuthRoleRevokePermissionResponse.Parser);

    private static GrpcMethod<TRequest, TResponse> Done<TRequest, TResponse>(string name, MessageParser<TRequest> parser, MessageParser<TResponse> response)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> => new(Service, name, parser, response);
}
