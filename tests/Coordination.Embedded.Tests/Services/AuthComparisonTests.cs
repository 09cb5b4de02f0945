using Authpb;
using Coordination.Embedded.Tests.Differential;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Services;

/// <summary>Users, roles and permissions, as a real etcd has them.</summary>
public sealed class AuthComparisonTests : SideBySide
{
    private const Permission.Types.Type Read = Permission.Types.Type.Read;
    private const Permission.Types.Type Write = Permission.Types.Type.Write;

    [Fact]
    public async Task Users_and_roles_are_kept_and_refused_like_etcds()
    {
        await SameAsync(new AuthEnableRequest());
        await SameAsync(new AuthenticateRequest { Name = "root", Password = "x" });
        foreach (var name in new[] { "", "root", "zoe", "ann", "ann" })
        {
            await SameAsync(new AuthUserAddRequest { Name = name, Password = "secret" });
            await SameAsync(new AuthRoleAddRequest { Name = name });
        }

        await SameAsync(new AuthEnableRequest());
        await SameAsync(new AuthUserListRequest());
        await SameAsync(new AuthRoleListRequest());
        foreach (var role in new[] { "zoe", "ann", "ann", "nobody" })
        {
            await SameAsync(new AuthUserGrantRoleRequest { User = "ann", Role = role });
            await SameAsync(new AuthUserGrantRoleRequest { User = "nobody", Role = role });
        }

        await SameAsync(new AuthUserGetRequest { Name = "ann" });
        await SameAsync(new AuthUserGetRequest { Name = "nobody" });
        await SameAsync(new AuthUserRevokeRoleRequest { Name = "ann", Role = "root" });
        await SameAsync(new AuthUserRevokeRoleRequest { Name = "ann", Role = "zoe" });
        await SameAsync(new AuthUserRevokeRoleRequest { Name = "nobody", Role = "zoe" });
        foreach (var (key, end, type) in new[] { ("b", "c", Read), ("a", "", Write), ("b", "c", Permission.Types.Type.Readwrite), ("b", "d", Read), ("c", "\0", Read) })
        {
            await SameAsync(Grant("ann", key, end, type));
            await SameAsync(Grant("nobody", key, end, type));
        }

        await SameAsync(new AuthRoleGetRequest { Role = "ann" });
        await SameAsync(new AuthRoleGetRequest { Role = "nobody" });
        await SameAsync(new AuthRoleRevokePermissionRequest { Role = "ann", Key = B("b"), RangeEnd = B("c") });
        await SameAsync(new AuthRoleRevokePermissionRequest { Role = "ann", Key = B("b"), RangeEnd = B("x") });
        await SameAsync(new AuthRoleGetRequest { Role = "ann" });
        await SameAsync(new AuthRoleDeleteRequest { Role = "ann" });
        await SameAsync(new AuthRoleDeleteRequest { Role = "ann" });
        await SameAsync(new AuthUserGetRequest { Name = "ann" });
        await SameAsync(new AuthUserChangePasswordRequest { Name = "nobody", Password = "x" });
        await SameAsync(new AuthUserDeleteRequest { Name = "ann" });
        await SameAsync(new AuthUserDeleteRequest { Name = "ann" });
    }

    [Fact]
    public async Task Members_and_alarms_are_shown_to_every_user()
    {
        foreach (var name in new[] { "root", "ann" })
        {
            await SameAsync(new AuthUserAddRequest { Name = name, Password = "secret" });
            await SameAsync(new AuthRoleAddRequest { Name = name });
            await SameAsync(new AuthUserGrantRoleRequest { User = name, Role = name });
        }

        await SameAsync(new AuthEnableRequest());
        await LoginAsync("ann", "secret");
        await SameAsync(new AlarmRequest(), "ann");
        foreach (var side in new[] { Embedded, Real })
        {
            Assert.Single((await side.SendAsync<MemberListResponse>(new MemberListRequest(), TokenOf(side, "ann"))).Members);
        }
    }

    [Fact]
    public async Task With_authentication_on_only_administrators_administrate()
    {
        await EnableAsync();
        await SameAsync(new AuthEnableRequest(), "root");
        foreach (var user in new[] { null, "ann", "root" })
        {
            await SameAsync(new AuthUserAddRequest { Name = "new", Password = "x" }, user);
            await SameAsync(new AuthUserListRequest(), user);
            await SameAsync(new AuthUserGetRequest { Name = "ann" }, user);
            await SameAsync(new AuthUserGetRequest { Name = "root" }, user);
            await SameAsync(new AuthRoleGetRequest { Role = "some" }, user);
            await SameAsync(new AuthRoleGetRequest { Role = "root" }, user);
            await SameAsync(new HashKVRequest { Revision = 99 }, user == "root" ? user : "root");
        }

        await SameAsync(new AuthUserDeleteRequest { Name = "root" }, "root");
        await SameAsync(new AuthRoleDeleteRequest { Role = "root" }, "root");
        await SameAsync(new AuthUserRevokeRoleRequest { Name = "root", Role = "root" }, "root");
        await SameAsync(new AuthenticateRequest { Name = "ann", Password = "wrong" });
        await SameAsync(new AuthenticateRequest { Name = "nobody", Password = "secret" });
        await SameAsync(new AuthUserAddRequest { Name = "cert", Options = new UserAddOptions { NoPassword = true } }, "root");
        await SameAsync(new AuthenticateRequest { Name = "cert", Password = "secret" });
        await SameAsync(new AuthUserChangePasswordRequest { Name = "ann", Password = "other" }, "root");
        await SameAsync(new RangeRequest { Key = B("a") }, "ann");
        await LoginAsync("ann", "other");
        await SameAsync(new RangeRequest { Key = B("a") }, "ann");
        await SameAsync(new AuthDisableRequest(), "root");
        await SameAsync(new RangeRequest { Key = B("z") });
    }

    [Fact]
    public async Task Permissions_are_checked_request_by_request_in_etcds_words()
    {
        await EnableAsync();
        foreach (var user in new[] { null, "ann", "root" })
        {
            foreach (var (key, end) in new[] { ("a", ""), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "d"), ("c", ""), ("x", ""), ("x", "\0"), ("w", "\0") })
            {
                await SameAsync(new RangeRequest { Key = B(key), RangeEnd = B(end) }, user);
                await SameAsync(new DeleteRangeRequest { Key = B(key), RangeEnd = B(end), PrevKv = true }, user);
                await SameAsync(new TxnRequest
                {
                    Compare = { new Compare { Key = B(key), RangeEnd = B(end), Target = Compare.Types.CompareTarget.Mod } },
                    Failure = { new RequestOp { RequestPut = new PutRequest { Key = B("w1") } } },
                }, user);
                await SameAsync(new TxnRequest { Success = { new RequestOp { RequestRange = new RangeRequest { Key = B(key), RangeEnd = B(end) } } } }, user);
            }

            foreach (var key in new[] { "", "a", "c", "w1", "y" })
            {
                await SameAsync(new PutRequest { Key = B(key) }, user);
                await SameAsync(new PutRequest { Key = B(key), PrevKv = true }, user);
                await SameAsync(new TxnRequest { Failure = { new RequestOp { RequestPut = new PutRequest { Key = B(key) } } } }, user);
            }
        }
    }

    [Fact]
    public async Task Leases_belong_to_whoever_may_write_their_keys()
    {
        await EnableAsync();
        await SameAsync(new LeaseGrantRequest { ID = 1, TTL = 100 }, "ann");
        await SameAsync(new LeaseGrantRequest { ID = 2, TTL = 100 }, "root");
        await SameAsync(new PutRequest { Key = B("y"), Lease = 2 }, "root");
        await SameAsync(new PutRequest { Key = B("a"), Lease = 2 }, "ann");
        await SameAsync(new PutRequest { Key = B("a"), Lease = 1 }, "ann");
        await SameAsync(new LeaseRevokeRequest { ID = 2 }, "ann");
        await SameAsync(new LeaseRevokeRequest { ID = 9 }, "ann");
        await SameAsync(new LeaseRevokeRequest { ID = 1 }, "ann");
        await SameAsync(new LeaseRevokeRequest { ID = 2 }, "root");
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
                using var call = new Watch.WatchClient(side.Channel).Watch(Side.Options(TokenOf(side, user)));
                await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = B(key), RangeEnd = B(end) } });
                Assert.True(await call.ResponseStream.MoveNext());
                seen.Add(Canonical.Of(call.ResponseStream.Current));
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
            await SameAsync(new AuthUserAddRequest { Name = name, Password = "secret" });
        }

        foreach (var role in new[] { "some", "more" })
        {
            await SameAsync(new AuthRoleAddRequest { Name = role });
            await SameAsync(new AuthUserGrantRoleRequest { User = "ann", Role = role });
        }

        await SameAsync(Grant("some", "a", "b", Permission.Types.Type.Readwrite));
        await SameAsync(Grant("more", "b", "c", Permission.Types.Type.Readwrite));
        await SameAsync(Grant("some", "w", "x", Write));
        await SameAsync(Grant("more", "x", "\0", Read));
        await SameAsync(new AuthUserGrantRoleRequest { User = "root", Role = "root" });
        await SameAsync(new PutRequest { Key = B("a") });
        await SameAsync(new AuthEnableRequest());
        await LoginAsync("root", "secret");
        await LoginAsync("ann", "secret");
    }
}
