using Authpb;
using Coordination.Embedded.Auth;
using Coordination.Embedded.Tests.Differential;
using Coordination.Etcd.Transport;
using Etcdserverpb;

namespace Coordination.Embedded.Tests.Services;

/// <summary>Users, roles and permissions, as a real etcd has them.</summary>
public sealed class AuthComparisonTests : SideBySide
{
    private const Permission.Types.Type Read = Permission.Types.Type.Read;
    private const Permission.Types.Type Write = Permission.Types.Type.Write;

    [Fact]
    public async Task Users_and_roles_are_kept_and_refused_like_etcds()
    {
        await SameAsync(AuthMethods.Enable, new AuthEnableRequest());
        await SameAsync(AuthMethods.Authenticate, new AuthenticateRequest { Name = "root", Password = "x" });
        foreach (var name in new[] { "", "root", "zoe", "ann", "ann" })
        {
            await SameAsync(AuthMethods.UserAdd, new AuthUserAddRequest { Name = name, Password = "secret" });
            await SameAsync(AuthMethods.RoleAdd, new AuthRoleAddRequest { Name = name });
        }

        await SameAsync(AuthMethods.Enable, new AuthEnableRequest());
        await SameAsync(AuthMethods.UserList, new AuthUserListRequest());
        await SameAsync(AuthMethods.RoleList, new AuthRoleListRequest());
        foreach (var role in new[] { "zoe", "ann", "ann", "nobody" })
        {
            await SameAsync(AuthMethods.UserGrantRole, new AuthUserGrantRoleRequest { User = "ann", Role = role });
            await SameAsync(AuthMethods.UserGrantRole, new AuthUserGrantRoleRequest { User = "nobody", Role = role });
        }

        await SameAsync(AuthMethods.UserGet, new AuthUserGetRequest { Name = "ann" });
        await SameAsync(AuthMethods.UserGet, new AuthUserGetRequest { Name = "nobody" });
        await SameAsync(AuthMethods.UserRevokeRole, new AuthUserRevokeRoleRequest { Name = "ann", Role = "root" });
        await SameAsync(AuthMethods.UserRevokeRole, new AuthUserRevokeRoleRequest { Name = "ann", Role = "zoe" });
        await SameAsync(AuthMethods.UserRevokeRole, new AuthUserRevokeRoleRequest { Name = "nobody", Role = "zoe" });
        foreach (var (key, end, type) in new[] { ("b", "c", Read), ("a", "", Write), ("b", "c", Permission.Types.Type.Readwrite), ("b", "d", Read), ("c", "\0", Read) })
        {
            await SameAsync(AuthMethods.RoleGrantPermission, Grant("ann", key, end, type));
            await SameAsync(AuthMethods.RoleGrantPermission, Grant("nobody", key, end, type));
        }

        await SameAsync(AuthMethods.RoleGet, new AuthRoleGetRequest { Role = "ann" });
        await SameAsync(AuthMethods.RoleGet, new AuthRoleGetRequest { Role = "nobody" });
        await SameAsync(AuthMethods.RoleRevokePermission, new AuthRoleRevokePermissionRequest { Role = "ann", Key = B("b"), RangeEnd = B("c") });
        await SameAsync(AuthMethods.RoleRevokePermission, new AuthRoleRevokePermissionRequest { Role = "ann", Key = B("b"), RangeEnd = B("x") });
        await SameAsync(AuthMethods.RoleGet, new AuthRoleGetRequest { Role = "ann" });
        await SameAsync(AuthMethods.RoleDelete, new AuthRoleDeleteRequest { Role = "ann" });
        await SameAsync(AuthMethods.RoleDelete, new AuthRoleDeleteRequest { Role = "ann" });
        await SameAsync(AuthMethods.UserGet, new AuthUserGetRequest { Name = "ann" });
        await SameAsync(AuthMethods.UserChangePassword, new AuthUserChangePasswordRequest { Name = "nobody", Password = "x" });
        await SameAsync(AuthMethods.UserDelete, new AuthUserDeleteRequest { Name = "ann" });
        await SameAsync(AuthMethods.UserDelete, new AuthUserDeleteRequest { Name = "ann" });
    }

    [Fact]
    public async Task With_authentication_on_only_administrators_administrate()
    {
        await EnableAsync();
        await SameAsync(AuthMethods.Enable, new AuthEnableRequest(), "root");
        foreach (var user in new[] { null, "ann", "root" })
        {
            await SameAsync(AuthMethods.UserAdd, new AuthUserAddRequest { Name = "new", Password = "x" }, user);
            await SameAsync(AuthMethods.UserList, new AuthUserListRequest(), user);
            await SameAsync(AuthMethods.UserGet, new AuthUserGetRequest { Name = "ann" }, user);
            await SameAsync(AuthMethods.UserGet, new AuthUserGetRequest { Name = "root" }, user);
            await SameAsync(AuthMethods.RoleGet, new AuthRoleGetRequest { Role = "some" }, user);
            await SameAsync(AuthMethods.RoleGet, new AuthRoleGetRequest { Role = "root" }, user);
            await SameAsync(EtcdMethods.HashKV, new HashKVRequest { Revision = 99 }, user == "root" ? user : "root");
        }

        await SameAsync(AuthMethods.UserDelete, new AuthUserDeleteRequest { Name = "root" }, "root");
        await SameAsync(AuthMethods.RoleDelete, new AuthRoleDeleteRequest { Role = "root" }, "root");
        await SameAsync(AuthMethods.UserRevokeRole, new AuthUserRevokeRoleRequest { Name = "root", Role = "root" }, "root");
        await SameAsync(AuthMethods.Authenticate, new AuthenticateRequest { Name = "ann", Password = "wrong" });
        await SameAsync(AuthMethods.Authenticate, new AuthenticateRequest { Name = "nobody", Password = "secret" });
        await SameAsync(AuthMethods.UserAdd, new AuthUserAddRequest { Name = "cert", Options = new UserAddOptions { NoPassword = true } }, "root");
        await SameAsync(AuthMethods.Authenticate, new AuthenticateRequest { Name = "cert", Password = "secret" });
        await SameAsync(AuthMethods.UserChangePassword, new AuthUserChangePasswordRequest { Name = "ann", Password = "other" }, "root");
        await SameAsync(EtcdMethods.Range, new RangeRequest { Key = B("a") }, "ann");
        await LoginAsync("ann", "other");
        await SameAsync(EtcdMethods.Range, new RangeRequest { Key = B("a") }, "ann");
        await SameAsync(AuthMethods.Disable, new AuthDisableRequest(), "root");
        await SameAsync(EtcdMethods.Range, new RangeRequest { Key = B("z") });
    }

    [Fact]
    public async Task Permissions_are_checked_request_by_request_in_etcds_words()
    {
        await EnableAsync();
        foreach (var user in new[] { null, "ann", "root" })
        {
            foreach (var (key, end) in new[] { ("a", ""), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "d"), ("c", ""), ("x", ""), ("x", "\0"), ("w", "\0") })
            {
                await SameAsync(EtcdMethods.Range, new RangeRequest { Key = B(key), RangeEnd = B(end) }, user);
                await SameAsync(EtcdMethods.DeleteRange, new DeleteRangeRequest { Key = B(key), RangeEnd = B(end), PrevKv = true }, user);
                await SameAsync(EtcdMethods.Txn, new TxnRequest
                {
                    Compare = { new Compare { Key = B(key), RangeEnd = B(end), Target = Compare.Types.CompareTarget.Mod } },
                    Failure = { new RequestOp { RequestPut = new PutRequest { Key = B("w1") } } },
                }, user);
                await SameAsync(EtcdMethods.Txn, new TxnRequest { Success = { new RequestOp { RequestRange = new RangeRequest { Key = B(key), RangeEnd = B(end) } } } }, user);
            }

            foreach (var key in new[] { "", "a", "c", "w1", "y" })
            {
                await SameAsync(EtcdMethods.Put, new PutRequest { Key = B(key) }, user);
                await SameAsync(EtcdMethods.Put, new PutRequest { Key = B(key), PrevKv = true }, user);
                await SameAsync(EtcdMethods.Txn, new TxnRequest { Failure = { new RequestOp { RequestPut = new PutRequest { Key = B(key) } } } }, user);
            }
        }
    }

    [Fact]
    public async Task Leases_belong_to_whoever_may_write_their_keys()
    {
        await EnableAsync();
        await SameAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 1, TTL = 100 }, "ann");
        await SameAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 2, TTL = 100 }, "root");
        await SameAsync(EtcdMethods.Put, new PutRequest { Key = B("y"), Lease = 2 }, "root");
        await SameAsync(EtcdMethods.Put, new PutRequest { Key = B("a"), Lease = 2 }, "ann");
        await SameAsync(EtcdMethods.Put, new PutRequest { Key = B("a"), Lease = 1 }, "ann");
        await SameAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = 2 }, "ann");
        await SameAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = 9 }, "ann");
        await SameAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = 1 }, "ann");
        await SameAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = 2 }, "root");
    }

    [Fact]
    public async Task A_watch_that_is_not_permitted_is_cancelled_when_it_is_created()
    {
        await EnableAsync();
        foreach (var (user, key, end) in new[] { (null, "a", ""), ("ann", "a", ""), ("ann", "y", ""), ("ann", "a", "z"), ("root", "y", "") })
        {
            var seen = new List<string>();
            foreach (var side in new[] { Embedded, Real })
            {
                var options = new Grpc.GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10), Metadata = user is null ? null : TokenOf(side, user) };
                await using var call = side.Channel.Duplex(EtcdMethods.Watch, options);
                await call.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = B(key), RangeEnd = B(end) } });
                await foreach (var response in call.ReadAllAsync())
                {
                    seen.Add(Canonical.Of(response));
                    break;
                }
            }

            Assert.Equal(seen[1], seen[0]);
        }
    }

    private static AuthRoleGrantPermissionRequest Grant(string role, string key, string end, Permission.Types.Type type) =>
        new() { Name = role, Perm = new Permission { Key = B(key), RangeEnd = B(end), PermType = type } };

    // Ann may read and write the keys from a to c and write those from w to x (in two roles), and read from x on.
    private async Task EnableAsync()
    {
        foreach (var name in new[] { "root", "ann" })
        {
            await SameAsync(AuthMethods.UserAdd, new AuthUserAddRequest { Name = name, Password = "secret" });
        }

        foreach (var role in new[] { "some", "more" })
        {
            await SameAsync(AuthMethods.RoleAdd, new AuthRoleAddRequest { Name = role });
            await SameAsync(AuthMethods.UserGrantRole, new AuthUserGrantRoleRequest { User = "ann", Role = role });
        }

        await SameAsync(AuthMethods.RoleGrantPermission, Grant("some", "a", "b", Permission.Types.Type.Readwrite));
        await SameAsync(AuthMethods.RoleGrantPermission, Grant("more", "b", "c", Permission.Types.Type.Readwrite));
        await SameAsync(AuthMethods.RoleGrantPermission, Grant("some", "w", "x", Write));
        await SameAsync(AuthMethods.RoleGrantPermission, Grant("more", "x", "\0", Read));
        await SameAsync(AuthMethods.UserGrantRole, new AuthUserGrantRoleRequest { User = "root", Role = "root" });
        await SameAsync(EtcdMethods.Put, new PutRequest { Key = B("a") });
        await SameAsync(AuthMethods.Enable, new AuthEnableRequest());
        await LoginAsync("root", "secret");
        await LoginAsync("ann", "secret");
    }
}
