using Coordination.Embedded.Auth;
using Coordination.Embedded.Concurrency;
using Coordination.Embedded.Server.Health;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using V3Electionpb;
using V3Lockpb;

namespace Coordination.Embedded.Server;

/// <summary>The table of methods: which is answered by what.</summary>
internal sealed class EtcdServices(NodeHost host, ILogger log, CancellationToken stopping)
{
    /// <summary>All services.</summary>
    /// <param name="endpoint">Where clients find the server, once it listens.</param>
    public IEnumerable<ServerServiceDefinition> Define(Func<Uri> endpoint) =>
        [Kv(), Watches(), Leases(), Cluster(endpoint), Maintenance(), Auth(), Locks(), Elections(), Health()];

    private ServerServiceDefinition Kv()
    {
        var kv = Service("etcdserverpb.KV");
        kv.Unary<RangeRequest, RangeResponse>("Range", static (node, request, token) => node.Range(request, token));
        kv.Unary<PutRequest, PutResponse>("Put", static (node, request, token) => node.Put(request, token));
        kv.Unary<DeleteRangeRequest, DeleteRangeResponse>("DeleteRange", static (node, request, token) => node.DeleteRange(request, token));
        kv.Unary<TxnRequest, TxnResponse>("Txn", static (node, request, token) => node.Txn(request, token));
        kv.Unary<CompactionRequest, CompactionResponse>("Compact", static (node, request, token) => node.Compact(request, token));
        return kv.Build();
    }

    private ServerServiceDefinition Watches()
    {
        var watches = Service("etcdserverpb.Watch");
        watches.Duplex<WatchRequest, WatchResponse>("Watch", (requests, responses, call) => WatchCalls.ServeAsync(host, requests, responses, call));
        return watches.Build();
    }

    private ServerServiceDefinition Leases()
    {
        var leases = Service("etcdserverpb.Lease");
        leases.Unary<LeaseGrantRequest, LeaseGrantResponse>("LeaseGrant", static (node, request, token) => node.LeaseGrant(request, token));
        leases.Unary<LeaseRevokeRequest, LeaseRevokeResponse>("LeaseRevoke", static (node, request, token) => node.LeaseRevoke(request, token));
        leases.Duplex<LeaseKeepAliveRequest, LeaseKeepAliveResponse>(
            "LeaseKeepAlive", (requests, responses, call) => KeepAliveCalls.ServeAsync(host, requests, responses, call));
        leases.Unary<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse>(
            "LeaseTimeToLive", static (node, request, token) => node.LeaseTimeToLive(request, token));
        leases.Unary<LeaseLeasesRequest, LeaseLeasesResponse>("LeaseLeases", static (node, _, token) => node.LeaseLeases(token));
        return leases.Build();
    }

    private ServerServiceDefinition Cluster(Func<Uri> endpoint)
    {
        var cluster = Service("etcdserverpb.Cluster");
        cluster.Unary<MemberListRequest, MemberListResponse>("MemberList", (node, _, token) => ClusterReplies.List(node, host.Options.Name, endpoint(), token));
        cluster.Unary<MemberAddRequest, MemberAddResponse>("MemberAdd", ClusterReplies.Add);
        cluster.Unary<MemberRemoveRequest, MemberRemoveResponse>("MemberRemove", ClusterReplies.Remove);
        cluster.Unary<MemberUpdateRequest, MemberUpdateResponse>("MemberUpdate", ClusterReplies.Update);
        cluster.Unary<MemberPromoteRequest, MemberPromoteResponse>("MemberPromote", ClusterReplies.Promote);
        return cluster.Build();
    }

    private ServerServiceDefinition Maintenance()
    {
        var maintenance = Service("etcdserverpb.Maintenance");
        maintenance.Unary<StatusRequest, StatusResponse>("Status", (node, _, token) => MaintenanceReplies.Status(node, host.Options.Version, token));
        maintenance.Unary<AlarmRequest, AlarmResponse>("Alarm", MaintenanceReplies.Alarm);
        maintenance.Unary<HashRequest, HashResponse>("Hash", static (node, _, token) => MaintenanceReplies.Hash(node, token));
        maintenance.Unary<HashKVRequest, HashKVResponse>("HashKV", MaintenanceReplies.HashKV);
        maintenance.Unary<DefragmentRequest, DefragmentResponse>("Defragment", static (node, _, token) => MaintenanceReplies.Defragment(node, token));
        maintenance.Unary<MoveLeaderRequest, MoveLeaderResponse>("MoveLeader", ClusterReplies.MoveLeader);
        maintenance.Streaming<SnapshotRequest, SnapshotResponse>("Snapshot", (_, responses, call) => SnapshotCalls.ServeAsync(host, responses, call));
        return maintenance.Build();
    }

    private ServerServiceDefinition Auth()
    {
        var auth = Service("etcdserverpb.Auth");
        auth.Unary<AuthenticateRequest, AuthenticateResponse>("Authenticate", static (node, request, _) => AuthRequests.Authenticate(node, request));
        auth.Unary<AuthStatusRequest, AuthStatusResponse>("AuthStatus", static (node, _, token) => AuthRequests.Status(node, token));
        auth.Unary<AuthUserGetRequest, AuthUserGetResponse>("UserGet", AuthRequests.UserGet);
        auth.Unary<AuthUserListRequest, AuthUserListResponse>("UserList", static (node, _, token) => AuthRequests.UserList(node, token));
        auth.Unary<AuthRoleGetRequest, AuthRoleGetResponse>("RoleGet", AuthRequests.RoleGet);
        auth.Unary<AuthRoleListRequest, AuthRoleListResponse>("RoleList", static (node, _, token) => AuthRequests.RoleList(node, token));
        Change<AuthEnableRequest, AuthEnableResponse>("AuthEnable", static (store, _) => store.Enable());
        Change<AuthDisableRequest, AuthDisableResponse>("AuthDisable", static (store, _) => store.Disable());
        Change<AuthUserAddRequest, AuthUserAddResponse>(
            "UserAdd", static (store, user) => store.AddUser(user.Name, user.Options?.NoPassword == true ? null : user.Password));
        Change<AuthUserDeleteRequest, AuthUserDeleteResponse>("UserDelete", static (store, user) => store.DeleteUser(user.Name));
        Change<AuthUserChangePasswordRequest, AuthUserChangePasswordResponse>(
            "UserChangePassword", static (store, user) => store.ChangePassword(user.Name, user.Password));
        Change<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse>("UserGrantRole", static (store, grant) => store.GrantRole(grant.User, grant.Role));
        Change<AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse>("UserRevokeRole", static (store, grant) => store.RevokeRole(grant.Name, grant.Role));
        Change<AuthRoleAddRequest, AuthRoleAddResponse>("RoleAdd", static (store, role) => store.AddRole(role.Name));
        Change<AuthRoleDeleteRequest, AuthRoleDeleteResponse>("RoleDelete", static (store, role) => store.DeleteRole(role.Role));
        Change<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse>(
            "RoleGrantPermission", static (store, grant) => store.Grant(grant.Name, grant.Perm));
        Change<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse>(
            "RoleRevokePermission", static (store, grant) => store.Revoke(grant.Role, grant.Key, grant.RangeEnd));
        return auth.Build();

        void Change<TRequest, TResponse>(string name, Action<AuthStore, TRequest> change)
            where TRequest : class, IMessage<TRequest>, new()
            where TResponse : class, IMessage<TResponse>, new() =>
            auth.Unary<TRequest, TResponse>(name, (node, request, token) => AuthRequests.Change<TRequest, TResponse>(node, request, token, change));
    }

    private ServerServiceDefinition Locks()
    {
        var locks = Service("v3lockpb.Lock");
        locks.Waiting<LockRequest, LockResponse>("Lock", LockService.LockAsync);
        locks.Waiting<UnlockRequest, UnlockResponse>("Unlock", LockService.UnlockAsync);
        return locks.Build();
    }

    private ServerServiceDefinition Elections()
    {
        var elections = Service("v3electionpb.Election");
        elections.Waiting<CampaignRequest, CampaignResponse>("Campaign", ElectionService.CampaignAsync);
        elections.Waiting<ProclaimRequest, ProclaimResponse>("Proclaim", ElectionService.ProclaimAsync);
        elections.Waiting<LeaderRequest, LeaderResponse>("Leader", ElectionService.LeaderAsync);
        elections.Waiting<ResignRequest, ResignResponse>("Resign", ElectionService.ResignAsync);
        elections.Streaming<LeaderRequest, LeaderResponse>("Observe", (request, responses, call) => ElectionService.ObserveAsync(
            new NodeSession(host, call.Token), request, leader => call.SendAsync(responses, leader), call.CancellationToken));
        return elections.Build();
    }

    private ServerServiceDefinition Health()
    {
        var health = Service("grpc.health.v1.Health");
        health.Unary<HealthCheckRequest, HealthCheckResponse>("Check", static (_, request, _) => HealthReplies.Check(request));
        health.Streaming<HealthCheckRequest, HealthCheckResponse>("Watch", HealthReplies.WatchAsync);
        return health.Build();
    }

    private ServedMethods Service(string name) => new(name, host, log, stopping);
}
