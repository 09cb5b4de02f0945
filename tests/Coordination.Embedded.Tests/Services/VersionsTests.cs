using Authpb;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Tests.Services;

/// <summary>
/// In what the releases of etcd differ: the embedded server is like 3.5.30. An older etcd must differ where the table in docs/embedded.md says so.
/// Run it against another release by its folder at the beginning of PATH.
/// </summary>
public sealed class VersionsTests : SideBySide
{
    private static readonly Version Line35 = new(3, 5);
    private static readonly Version Baseline = new(3, 5, 30);

    // Where the later fixes were certainly not yet.
    private static readonly Version[] Older = [new(3, 4, 23), new(3, 5, 16)];

    private static RequestOp Read => new() { RequestRange = new RangeRequest { Key = B("z") } };

    private static RequestOp PutAndShow => new() { RequestPut = new PutRequest { Key = B("a"), PrevKv = true } };

    [Fact]
    public async Task The_reply_about_alarms_has_a_header_since_3_5()
    {
        Assert.NotNull((await Embedded.SendAsync<AlarmResponse>(new AlarmRequest())).Header);
        Assert.Equal(Real.Release >= Line35, (await Real.SendAsync<AlarmResponse>(new AlarmRequest())).Header is not null);
    }

    [Fact]
    public async Task The_hash_of_a_compacted_revision_is_kept_since_3_5_and_not_by_the_embedded_server()
    {
        await SameAsync(new PutRequest { Key = B("a") });
        await SameAsync(new CompactionRequest { Revision = 2, Physical = true });
        var request = new HashKVRequest { Revision = 2 };

        Assert.StartsWith("refused: OutOfRange", await Embedded.AskAsync(request), StringComparison.Ordinal);
        Assert.Equal(Real.Release < Line35, (await Real.AskAsync(request)).StartsWith("refused: OutOfRange", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_etcd_has_checked_since_3_5_is_checked()
    {
        await EnableAsync();
        await SinceAsync(Line35, new LeaseTimeToLiveRequest { ID = 1, Keys = true }, "ann");
        await SinceAsync(Line35, new AuthStatusRequest(), null);
        await SinceAsync(Line35, new AuthStatusRequest(), "ann");
    }

    [Fact]
    public async Task What_the_latest_etcd_checks_is_checked()
    {
        await EnableAsync();
        await SinceAsync(Baseline, new AlarmRequest(), null);
        await SinceAsync(Baseline, new MemberListRequest(), null);
        foreach (var user in new[] { null, "ann" })
        {
            await SinceAsync(Baseline, new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate }, user);
            await SinceAsync(Baseline, new StatusRequest(), user);
            await SinceAsync(Baseline, new LeaseLeasesRequest(), user);
            await SinceAsync(Baseline, new LeaseKeepAliveRequest { ID = 1 }, user);
            await SinceAsync(Baseline, new MoveLeaderRequest { TargetID = 3 }, user);
            await SinceAsync(Baseline, new TxnRequest { Success = { Nested(Read) } }, user);
            await SinceAsync(Baseline, new TxnRequest { Success = { new RequestOp { RequestTxn = new TxnRequest { Compare = { new Compare { Key = B("z") } } } } } }, user);
        }

        await SinceAsync(Baseline, new LeaseTimeToLiveRequest { ID = 1 }, null);
        await SinceAsync(Baseline, new TxnRequest { Success = { PutAndShow } }, "bob");
        await SinceAsync(Baseline, new TxnRequest { Success = { Nested(PutAndShow) } }, "bob");
        await SinceAsync(Baseline, new LeaseGrantRequest { ID = 2, TTL = 100 }, null);
    }

    [Fact]
    public async Task What_a_member_does_by_itself_is_refused_in_the_same_words()
    {
        await EnableAsync();
        foreach (var user in new[] { null, "ann" })
        {
            await SameAsync(new DefragmentRequest(), user);
            await SameAsync(new HashRequest(), user);
            await SameAsync(new HashKVRequest(), user);
        }
    }

    private static RequestOp Nested(RequestOp operation) => new() { RequestTxn = new TxnRequest { Success = { operation } } };

    /// <summary>The same on both since a release, and something else before.</summary>
    private async Task SinceAsync(Version since, IMessage request, string? user)
    {
        if (Real.Release >= since)
        {
            await SameAsync(request, user);
        }
        else if (Older.Contains(Real.Release))
        {
            var replies = await Task.WhenAll(Embedded.AskAsync(request, TokenOf(Embedded, user)), Real.AskAsync(request, TokenOf(Real, user)));
            Assert.True(replies[0] != replies[1], $"etcd {Real.Release} is like the embedded server: {request.Descriptor.Name} {request} as {user ?? "nobody"}: {replies[0]}");
        }
    }

    // Ann may read and write what begins with a, Bob may write a; z is on lease 1.
    private async Task EnableAsync()
    {
        foreach (var name in new[] { "root", "ann", "bob" })
        {
            await SameAsync(new AuthUserAddRequest { Name = name, Password = "secret" });
            await SameAsync(new AuthRoleAddRequest { Name = name });
            await SameAsync(new AuthUserGrantRoleRequest { User = name, Role = name });
        }

        await SameAsync(Grant("ann", "a", "b", Permission.Types.Type.Readwrite));
        await SameAsync(Grant("bob", "a", "", Permission.Types.Type.Write));
        await SameAsync(new PutRequest { Key = B("a") });
        await SameAsync(new LeaseGrantRequest { ID = 1, TTL = 100 });
        await SameAsync(new PutRequest { Key = B("z"), Lease = 1 });
        await SameAsync(new AuthEnableRequest());
        await LoginAsync("ann", "secret");
        await LoginAsync("bob", "secret");
    }

    private static AuthRoleGrantPermissionRequest Grant(string role, string key, string end, Permission.Types.Type type) =>
        new() { Name = role, Perm = new Permission { Key = B(key), RangeEnd = B(end), PermType = type } };
}
