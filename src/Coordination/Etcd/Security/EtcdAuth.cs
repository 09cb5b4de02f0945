using System.Collections.Immutable;
using Authpb;
using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Etcd;

/// <summary>What a role may do with the keys of a permission.</summary>
public enum EtcdAccess
{
    /// <summary>Get and watch.</summary>
    Read = 0,

    /// <summary>Put and delete.</summary>
    Write = 1,

    /// <summary>Both.</summary>
    ReadWrite = 2,
}

/// <summary>
/// Users, roles and permissions, as far as a service and its tests need them; use etcdctl for the rest. Thread-safe. While authentication is on, only a user
/// with the role <c>root</c> may change anything. Errors are <see cref="EtcdException"/>s, as everywhere; no request is repeated blindly.
/// </summary>
public sealed class EtcdAuth
{
    private readonly EtcdClient _client;

    internal EtcdAuth(EtcdClient client) => _client = client;

    /// <summary>Turns authentication on. There must be a user <c>root</c> with the role <c>root</c>.</summary>
    public Task EnableAsync(CancellationToken cancellationToken = default) => CallAsync(
        static (etcd, request, call) => etcd.AuthClient.AuthEnableAsync(request, call), new AuthEnableRequest(), cancellationToken);

    /// <summary>Turns authentication off.</summary>
    public Task DisableAsync(CancellationToken cancellationToken = default) => CallAsync(
        static (etcd, request, call) => etcd.AuthClient.AuthDisableAsync(request, call), new AuthDisableRequest(), cancellationToken);

    /// <summary>All users.</summary>
    public async Task<ImmutableArray<string>> ListUsersAsync(CancellationToken cancellationToken = default) =>
        [.. (await _client.CallAsync(
            static (etcd, request, call) => etcd.AuthClient.UserListAsync(request, call),
            new AuthUserListRequest(), isRead: true, cancellationToken).ConfigureAwait(false)).Users];

    /// <summary>Adds a user with a password.</summary>
    public Task AddUserAsync(string user, string password, CancellationToken cancellationToken = default) =>
        CallAsync(
            static (etcd, request, call) => etcd.AuthClient.UserAddAsync(request, call),
            new AuthUserAddRequest { Name = user, Password = password }, cancellationToken);

    /// <summary>Changes a password; older tokens become invalid.</summary>
    public Task ChangePasswordAsync(string user, string password, CancellationToken cancellationToken = default) =>
        CallAsync(
            static (etcd, request, call) => etcd.AuthClient.UserChangePasswordAsync(request, call),
            new AuthUserChangePasswordRequest { Name = user, Password = password }, cancellationToken);

    /// <summary>Deletes a user.</summary>
    public Task DeleteUserAsync(string user, CancellationToken cancellationToken = default) =>
        CallAsync(static (etcd, request, call) => etcd.AuthClient.UserDeleteAsync(request, call), new AuthUserDeleteRequest { Name = user }, cancellationToken);

    /// <summary>Gives a user a role.</summary>
    public Task GrantRoleAsync(string user, string role, CancellationToken cancellationToken = default) =>
        CallAsync(
            static (etcd, request, call) => etcd.AuthClient.UserGrantRoleAsync(request, call),
            new AuthUserGrantRoleRequest { User = user, Role = role }, cancellationToken);

    /// <summary>Takes a role from a user.</summary>
    public Task RevokeRoleAsync(string user, string role, CancellationToken cancellationToken = default) =>
        CallAsync(
            static (etcd, request, call) => etcd.AuthClient.UserRevokeRoleAsync(request, call),
            new AuthUserRevokeRoleRequest { Name = user, Role = role }, cancellationToken);

    /// <summary>Adds a role without permissions.</summary>
    public Task AddRoleAsync(string role, CancellationToken cancellationToken = default) =>
        CallAsync(static (etcd, request, call) => etcd.AuthClient.RoleAddAsync(request, call), new AuthRoleAddRequest { Name = role }, cancellationToken);

    /// <summary>Deletes a role.</summary>
    public Task DeleteRoleAsync(string role, CancellationToken cancellationToken = default) =>
        CallAsync(static (etcd, request, call) => etcd.AuthClient.RoleDeleteAsync(request, call), new AuthRoleDeleteRequest { Role = role }, cancellationToken);

    /// <summary>Lets a role read, write or both in a range of keys.</summary>
    public Task GrantPermissionAsync(string role, KeyRange keys, EtcdAccess permission, CancellationToken cancellationToken = default)
    {
        var granted = new Permission
        {
            PermType = (Permission.Types.Type)permission,
            Key = keys.Key.ToByteString(),
            RangeEnd = keys.End.ToByteString(),
        };
        return CallAsync(
            static (etcd, request, call) => etcd.AuthClient.RoleGrantPermissionAsync(request, call),
            new AuthRoleGrantPermissionRequest { Name = role, Perm = granted }, cancellationToken);
    }

    /// <summary>Revokes a permission; the range must be exactly the one that was granted.</summary>
    public Task RevokePermissionAsync(string role, KeyRange keys, CancellationToken cancellationToken = default)
    {
        var request = new AuthRoleRevokePermissionRequest { Role = role, Key = keys.Key.ToByteString(), RangeEnd = keys.End.ToByteString() };
        return CallAsync(static (etcd, request, call) => etcd.AuthClient.RoleRevokePermissionAsync(request, call), request, cancellationToken);
    }

    private Task<TResponse> CallAsync<TRequest, TResponse>(EtcdRpc<TRequest, TResponse> rpc, TRequest request, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest> => _client.CallAsync(rpc, request, isRead: false, cancellationToken);
}
