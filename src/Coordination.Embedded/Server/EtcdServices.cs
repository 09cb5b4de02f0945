using Coordination.Embedded.Auth;
using Coordination.Embedded.Concurrency;
using Coordination.Etcd.Transport;
using Etcdserverpb;

namespace Coordination.Embedded.Server;

/// <summary>Which method is answered by what: all calls with one request and one response.</summary>
internal sealed class EtcdServices(NodeHost host, UnaryCalls calls)
{
    public void Map(Func<Uri> endpoint)
    {
        MapKeysAndLeases();
        MapClusterAndMaintenance(endpoint);
        MapAuth();
        MapConcurrency();
    }

    private void MapKeysAndLeases()
    {
        calls.Map(EtcdMethods.Range, static (node, request, token) => node.Range(request, token));
        calls.Map(EtcdMethods.Put, static (node, request, token) => node.Put(request, token));
        calls.Map(EtcdMethods.DeleteRange, static (node, request, token) => node.DeleteRange(request, token));
        calls.Map(EtcdMethods.Txn, static (node, request, token) => node.Txn(request, token));
        calls.Map(EtcdMethods.Compact, static (node, request, token) => node.Compact(request, token));
        calls.Map(EtcdMethods.LeaseGrant, static (node, request, token) => node.LeaseGrant(request, token));
        calls.Map(EtcdMethods.LeaseRevoke, static (node, request, token) => node.LeaseRevoke(request, token));
        calls.Map(EtcdMethods.LeaseTimeToLive, static (node, request, token) => node.LeaseTimeToLive(request, token));
        calls.Map(EtcdMethods.LeaseLeases, static (node, _, token) => node.LeaseLeases(token));
    }

    private void MapClusterAndMaintenance(Func<Uri> endpoint)
    {
        var (name, version) = (host.Options.Name, host.Options.Version);
        calls.Map(EtcdMethods.MemberList, (node, _, token) => ClusterReplies.List(node, name, endpoint(), token));
        calls.Map(ClusterMethods.MemberAdd, ClusterReplies.Add);
        calls.Map(ClusterMethods.MemberRemove, ClusterReplies.Remove);
        calls.Map(ClusterMethods.MemberUpdate, ClusterReplies.Update);
        calls.Map(ClusterMethods.MemberPromote, ClusterReplies.Promote);
        calls.Map(ClusterMethods.MoveLeader, ClusterReplies.MoveLeader);
        calls.Map(EtcdMethods.Status, (node, _, token) => MaintenanceReplies.Status(node, version, token));
        calls.Map(EtcdMethods.Alarm, MaintenanceReplies.Alarm);
        calls.Map(EtcdMethods.HashKV, MaintenanceReplies.HashKV);
        calls.Map(EtcdMethods.Hash, static (node, _, token) => MaintenanceReplies.Hash(node, token));
        calls.Map(EtcdMethods.Defragment, static (node, _, token) => MaintenanceReplies.Defragment(node, token));
    }

    private void MapAuth()
    {
        calls.Map(AuthMethods.Authenticate, static (node, request, _) => AuthRequests.Authenticate(node, request));
        calls.Map(AuthMethods.Status, static (node, _, token) => AuthRequests.Status(node, token));
        calls.Map(AuthMethods.Enable, static (node, request, token) => new AuthEnableResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, _) => auth.Enable()) });
        calls.Map(AuthMethods.Disable, static (node, request, token) => new AuthDisableResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, _) => auth.Disable()) });
        calls.Map(AuthMethods.UserGet, AuthRequests.UserGet);
        calls.Map(AuthMethods.UserList, static (node, _, token) => AuthRequests.UserList(node, token));
        calls.Map(AuthMethods.UserAdd, static (node, request, token) => new AuthUserAddResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, user) => auth.AddUser(user.Name, user.Options?.NoPassword == true ? null : user.Password)) });
        calls.Map(AuthMethods.UserDelete, static (node, request, token) => new AuthUserDeleteResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, user) => auth.DeleteUser(user.Name)) });
        calls.Map(AuthMethods.UserChangePassword, static (node, request, token) => new AuthUserChangePasswordResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, user) => auth.ChangePassword(user.Name, user.Password)) });
        calls.Map(AuthMethods.UserGrantRole, static (node, request, token) => new AuthUserGrantRoleResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, grant) => auth.GrantRole(grant.User, grant.Role)) });
        calls.Map(AuthMethods.UserRevokeRole, static (node, request, token) => new AuthUserRevokeRoleResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, grant) => auth.RevokeRole(grant.Name, grant.Role)) });
        calls.Map(AuthMethods.RoleGet, AuthRequests.RoleGet);
        calls.Map(AuthMethods.RoleList, static (node, _, token) => AuthRequests.RoleList(node, token));
        calls.Map(AuthMethods.RoleAdd, static (node, request, token) => new AuthRoleAddResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, role) => auth.AddRole(role.Name)) });
        calls.Map(AuthMethods.RoleDelete, static (node, request, token) => new AuthRoleDeleteResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, role) => auth.DeleteRole(role.Role)) });
        calls.Map(AuthMethods.RoleGrantPermission, static (node, request, token) => new AuthRoleGrantPermissionResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, grant) => auth.Grant(grant.Name, grant.Perm)) });
        calls.Map(AuthMethods.RoleRevokePermission, static (node, request, token) => new AuthRoleRevokePermissionResponse { Header = AuthRequests.Change(
            node, request, token, static (auth, grant) => auth.Revoke(grant.Role, grant.Key, grant.RangeEnd)) });
    }

    private void MapConcurrency()
    {
        calls.MapWaiting(ConcurrencyMethods.Lock, LockService.LockAsync);
        calls.MapWaiting(ConcurrencyMethods.Unlock, LockService.UnlockAsync);
        calls.MapWaiting(ConcurrencyMethods.Campaign, ElectionService.CampaignAsync);
        calls.MapWaiting(ConcurrencyMethods.Proclaim, ElectionService.ProclaimAsync);
        calls.MapWaiting(ConcurrencyMethods.Leader, ElectionService.LeaderAsync);
        calls.MapWaiting(ConcurrencyMethods.Resign, ElectionService.ResignAsync);
    }
}
