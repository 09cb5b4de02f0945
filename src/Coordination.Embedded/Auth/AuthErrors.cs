using Coordination.Grpc;

namespace Coordination.Embedded.Auth;

/// <summary>The refusals of etcd that have to do with users and permissions, with its codes and its words.</summary>
internal static class AuthErrors
{
    public static GrpcException RootUserMissing => State("root user does not exist");

    public static GrpcException RootRoleMissing => State("root user does not have root role");

    public static GrpcException UserExists => State("user name already exists");

    public static GrpcException UserNameEmpty => Invalid("user name is empty");

    public static GrpcException UserNotFound => State("user name not found");

    public static GrpcException RoleExists => State("role name already exists");

    public static GrpcException RoleNotFound => State("role name not found");

    public static GrpcException RoleNameEmpty => Invalid("role name is empty");

    public static GrpcException WrongPassword => Invalid("authentication failed, invalid user ID or password");

    /// <summary>etcd has no code of its own for this one.</summary>
    public static GrpcException NoPasswordUser =>
        new(GrpcStatusCode.Unknown, "auth: authentication failed, password was given for no password user");

    public static GrpcException PermissionDenied => new(GrpcStatusCode.PermissionDenied, "etcdserver: permission denied");

    public static GrpcException RoleNotGranted => State("role is not granted to the user");

    public static GrpcException PermissionNotGranted => State("permission is not granted to the role");

    public static GrpcException PermissionNotGiven => Invalid("permission not given");

    public static GrpcException NotEnabled => State("authentication is not enabled");

    public static GrpcException InvalidToken => new(GrpcStatusCode.Unauthenticated, "etcdserver: invalid auth token");

    public static GrpcException InvalidManagement => Invalid("invalid auth management");

    private static GrpcException State(string detail) => new(GrpcStatusCode.FailedPrecondition, $"etcdserver: {detail}");

    private static GrpcException Invalid(string detail) => new(GrpcStatusCode.InvalidArgument, $"etcdserver: {detail}");
}
