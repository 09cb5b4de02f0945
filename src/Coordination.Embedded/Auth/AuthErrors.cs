using Grpc.Core;

namespace Coordination.Embedded.Auth;

/// <summary>The refusals of etcd that have to do with users and permissions, with its codes and its words.</summary>
internal static class AuthErrors
{
    public static RpcException RootUserMissing => State("root user does not exist");

    public static RpcException RootRoleMissing => State("root user does not have root role");

    public static RpcException UserExists => State("user name already exists");

    public static RpcException UserNameEmpty => Invalid("user name is empty");

    public static RpcException UserNotFound => State("user name not found");

    public static RpcException RoleExists => State("role name already exists");

    public static RpcException RoleNotFound => State("role name not found");

    public static RpcException RoleNameEmpty => Invalid("role name is empty");

    public static RpcException WrongPassword => Invalid("authentication failed, invalid user ID or password");

    /// <summary>etcd has no code of its own for this one.</summary>
    public static RpcException NoPasswordUser =>
        new(new Status(StatusCode.Unknown, "auth: authentication failed, password was given for no password user"));

    public static RpcException PermissionDenied => new(new Status(StatusCode.PermissionDenied, "etcdserver: permission denied"));

    /// <summary>What a member refuses by itself has no code either.</summary>
    public static RpcException MemberWantsUser => new(new Status(StatusCode.Unknown, "auth: user name is empty"));

    public static RpcException MemberDenies => new(new Status(StatusCode.Unknown, "auth: permission denied"));

    public static RpcException RoleNotGranted => State("role is not granted to the user");

    public static RpcException PermissionNotGranted => State("permission is not granted to the role");

    public static RpcException PermissionNotGiven => Invalid("permission not given");

    public static RpcException NotEnabled => State("authentication is not enabled");

    public static RpcException InvalidToken => new(new Status(StatusCode.Unauthenticated, "etcdserver: invalid auth token"));

    public static RpcException InvalidManagement => Invalid("invalid auth management");

    private static RpcException State(string detail) => new(new Status(StatusCode.FailedPrecondition, $"etcdserver: {detail}"));

    private static RpcException Invalid(string detail) => new(new Status(StatusCode.InvalidArgument, $"etcdserver: {detail}"));
}
