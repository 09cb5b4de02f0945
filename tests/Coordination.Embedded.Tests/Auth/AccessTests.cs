using Authpb;
using Coordination.Embedded.Auth;
using Coordination.Embedded.Server;
using Coordination.Embedded.Snapshots;
using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Auth;

/// <summary>Rules of newer etcds that those of the comparison tests do not have yet, and what has to do with time.</summary>
public sealed class AccessTests : NodeFixture
{
    private const string NoUser = "etcdserver: user name is empty";
    private const string Denied = "etcdserver: permission denied";

    [Fact]
    public void A_login_lasts_as_long_as_it_is_used()
    {
        var token = Enable("ann");
        for (var i = 0; i < 3; i++)
        {
            Time.Advance(TimeSpan.FromMinutes(4));
            Node.Range(RangeOf("a"), token);
        }

        Time.Advance(TimeSpan.FromMinutes(5));
        Refused(StatusCode.Unauthenticated, "etcdserver: invalid auth token", () => Node.Range(RangeOf("a"), token));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("delete")]
    [InlineData("disable")]
    public void Logins_end_with_the_password_the_user_and_the_authentication(string end)
    {
        var token = Enable("ann");
        switch (end)
        {
            case "password":
                Node.Auth.ChangePassword("ann", "other");
                break;
            case "delete":
                Node.Auth.DeleteUser("ann");
                break;
            default:
                Node.Auth.Disable();
                Node.Range(RangeOf("z"), "nonsense");
                Node.Auth.Enable();
                break;
        }

        Refused(StatusCode.Unauthenticated, "etcdserver: invalid auth token", () => Node.Range(RangeOf("a"), token));
    }

    [Fact]
    public void Nested_transactions_need_permission_in_every_branch()
    {
        var token = Enable("ann");
        var forbidden = Then(Op(new TxnRequest { Failure = { Op(PutOf("z")) } }));
        Refused(StatusCode.PermissionDenied, Denied, () => Node.Txn(forbidden, token));
        Refused(StatusCode.InvalidArgument, NoUser, () => Node.Txn(forbidden));
        Node.Txn(Then(Op(Then(Op(PutOf("a"))))), token);
    }

    [Fact]
    public void Leases_need_a_user_and_those_with_keys_a_permission()
    {
        var token = Enable("ann");
        Refused(StatusCode.InvalidArgument, NoUser, () => Node.LeaseGrant(new LeaseGrantRequest { TTL = 10 }));
        var own = Node.LeaseGrant(new LeaseGrantRequest { TTL = 10 }, token).ID;
        Node.Put(PutOf("a", lease: own), token);
        Assert.Equal(10, Node.LeaseKeepAlive(new LeaseKeepAliveRequest { ID = own }, token).TTL);

        var root = Node.Auth.Authenticate("root", "secret", 1);
        var foreign = Node.LeaseGrant(new LeaseGrantRequest { TTL = 10 }, root).ID;
        Node.Put(PutOf("z", lease: foreign), root);
        Refused(StatusCode.PermissionDenied, Denied, () => Node.LeaseKeepAlive(new LeaseKeepAliveRequest { ID = foreign }, token));
        Refused(StatusCode.PermissionDenied, Denied, () => Node.Put(PutOf("a", lease: foreign), token));
        Refused(StatusCode.PermissionDenied, Denied, () => Node.LeaseTimeToLive(new LeaseTimeToLiveRequest { ID = foreign, Keys = true }, token));
        Assert.Equal(10, Node.LeaseTimeToLive(new LeaseTimeToLiveRequest { ID = foreign }, token).TTL);
        Refused(StatusCode.PermissionDenied, Denied, () => Node.LeaseLeases(token));
        Assert.Equal(2, Node.LeaseLeases(root).Leases.Count);
        Refused(StatusCode.InvalidArgument, NoUser, () => Node.LeaseKeepAlive(new LeaseKeepAliveRequest { ID = own }));
    }

    [Fact]
    public void Maintenance_is_for_administrators()
    {
        var token = Enable("ann");
        foreach (var request in new Action<string?>[]
        {
            by => Node.Compact(new CompactionRequest { Revision = 1 }, by),
            by => MaintenanceReplies.Status(Node, "3.5.30", by),
            by => MaintenanceReplies.Alarm(Node, new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate }, by),
            by => ClusterReplies.MoveLeader(Node, new MoveLeaderRequest { TargetID = 2 }, by),
            by => AuthRequests.Status(Node, by),
        })
        {
            Refused(StatusCode.PermissionDenied, Denied, () => request(token));
            Refused(StatusCode.InvalidArgument, NoUser, () => request(null));
            request(Node.Auth.Authenticate("root", "secret", 1));
        }
    }

    [Fact]
    public void What_a_member_does_by_itself_is_refused_in_its_own_words()
    {
        var token = Enable("ann");
        foreach (var request in new Action<string?>[]
        {
            by => MaintenanceReplies.Hash(Node, by),
            by => MaintenanceReplies.HashKV(Node, new HashKVRequest(), by),
            by => MaintenanceReplies.Defragment(Node, by),
        })
        {
            Refused(StatusCode.Unknown, "auth: permission denied", () => request(token));
            Refused(StatusCode.Unknown, "auth: user name is empty", () => request(null));
            request(Node.Auth.Authenticate("root", "secret", 1));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_value_before_a_put_is_shown_only_to_who_may_read_it_also_in_a_transaction(bool isNested)
    {
        Enable("ann");
        Node.Auth.AddRole("blind");
        Node.Auth.Grant("blind", new Permission { Key = B("k"), PermType = Permission.Types.Type.Write });
        Node.Auth.AddUser("bob", "secret");
        Node.Auth.GrantRole("bob", "blind");
        var (root, bob) = (Node.Auth.Authenticate("root", "secret", 1), Node.Auth.Authenticate("bob", "secret", 1));
        Node.Put(PutOf("k"), root);
        var put = new RequestOp { RequestPut = new PutRequest { Key = B("k"), PrevKv = true } };
        var blind = new RequestOp { RequestPut = new PutRequest { Key = B("k") } };

        Refused(StatusCode.PermissionDenied, Denied, () => Node.Txn(TxnOf(put), bob));
        Assert.Null(Node.Txn(TxnOf(blind), bob).Responses[0].ResponsePut?.PrevKv);

        TxnRequest TxnOf(RequestOp operation) => isNested
            ? new TxnRequest { Success = { new RequestOp { RequestTxn = new TxnRequest { Success = { operation } } } } }
            : new TxnRequest { Success = { operation } };
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("b", "b")]
    [InlineData("b", "a")]
    public void Permissions_on_nothing_cannot_be_granted(string key, string end)
    {
        Enable("ann");
        var permission = new Permission { Key = B(key), RangeEnd = B(end) };
        Refused(StatusCode.InvalidArgument, "etcdserver: invalid auth management", () => Node.Auth.Grant("some", permission));
        Refused(StatusCode.InvalidArgument, "etcdserver: permission not given", () => Node.Auth.Grant("some", null));
    }

    [Theory]
    [InlineData("a", "b", true)]
    [InlineData("a", "", true)]
    [InlineData("a", "\0", false)]
    [InlineData("a", "c", false)]
    public void Watches_need_the_permission_to_read_all_that_they_watch(string key, string end, bool isPermitted)
    {
        var stream = Node.Watches.Open(() => { }, Enable("ann"));
        Watch(stream, WatchOf(key, end));
        var created = Assert.Single(Drain(stream));
        Assert.Equal((!isPermitted, isPermitted ? "" : "rpc error: code = PermissionDenied desc = " + Denied), (created.Canceled, created.CancelReason));
    }

    [Fact]
    public void A_snapshot_carries_the_users_their_passwords_and_permissions()
    {
        Enable("ann");
        Node.Auth.AddUser("certified", null);
        var restored = new EtcdNode(new NodeSettings { Identity = new ClusterIdentity(8, 9, 2) }, Time);
        Snapshot.Read(Snapshot.Write(Node), restored);
        Assert.Equal((true, Node.Auth.Revision), (restored.Auth.IsEnabled, restored.Auth.Revision));
        var token = restored.Auth.Authenticate("ann", "secret", 1);
        restored.Put(PutOf("a"), token);
        Refused(StatusCode.PermissionDenied, Denied, () => restored.Put(PutOf("z"), token));
        Refused(StatusCode.InvalidArgument, AuthErrors.WrongPassword.Status.Detail, () => restored.Auth.Authenticate("ann", "x", 1));
        Refused(StatusCode.Unknown, AuthErrors.NoPasswordUser.Status.Detail, () => restored.Auth.Authenticate("certified", "", 1));
    }

    [Fact]
    public void Passwords_are_never_printed()
    {
        Enable("ann");
        Assert.DoesNotContain("secret", Node.Auth.User("ann").ToString(), StringComparison.Ordinal);
    }

    // The user may read and write the keys from a to b, nothing else.
    private string Enable(string user)
    {
        Node.Auth.AddUser("root", "secret");
        Node.Auth.GrantRole("root", "root");
        Node.Auth.AddUser(user, "secret");
        Node.Auth.AddRole("some");
        Node.Auth.Grant("some", new Permission { Key = B("a"), RangeEnd = B("b"), PermType = Permission.Types.Type.Readwrite });
        Node.Auth.GrantRole(user, "some");
        Node.Auth.Enable();
        return Node.Auth.Authenticate(user, "secret", 1);
    }
}
