using Coordination.Embedded.Tests.Differential;
using Etcdserverpb;
using Grpc.Core;
using V3Electionpb;
using V3Lockpb;

namespace Coordination.Embedded.Tests.Services;

/// <summary>The lock and election services, as a real etcd has them.</summary>
public sealed class ConcurrencyComparisonTests : SideBySide
{
    [Fact]
    public async Task A_lock_goes_from_lease_to_lease_in_order()
    {
        await GrantAsync(0x10, 0x11);
        await SameAsync(new LockRequest { Name = B("job"), Lease = 0x10 });
        await SameAsync(new LockRequest { Name = B("job"), Lease = 0x10 });
        await SameAsync(new LockRequest { Name = B("job"), Lease = 0x99 });
        var second = SameAsync(new LockRequest { Name = B("job"), Lease = 0x11 });
        await UntilAsync("job/11");
        Assert.False(second.IsCompleted);
        await SameAsync(new UnlockRequest { Key = B("job/10") });
        Assert.Contains("\"key\"", await second, StringComparison.Ordinal);
        await SameAsync(new UnlockRequest { Key = B("job/11") });
        await SameAsync(new UnlockRequest { Key = B("job/11") });
        await SameAsync(new UnlockRequest());
    }

    [Fact]
    public async Task A_waiter_that_gives_up_leaves_the_line()
    {
        await GrantAsync(0x10, 0x11);
        await SameAsync(new LockRequest { Name = B("job"), Lease = 0x10 });
        foreach (var side in new[] { Embedded, Real })
        {
            using var patience = new CancellationTokenSource();
            var waiting = side.SendAsync<LockResponse>(new LockRequest { Name = B("job"), Lease = 0x11 }, null, patience.Token);
            await UntilAsync(side, "job/11", there: true);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => waiting);
            await UntilAsync(side, "job/11", there: false);
        }

        await SameAsync(new RangeRequest { Key = B("job/"), RangeEnd = B("job0") });
    }

    [Fact]
    public async Task A_leader_proclaims_resigns_and_is_followed()
    {
        await GrantAsync(0x10, 0x11);
        await SameAsync(new LeaderRequest { Name = B("vote") });
        await SameAsync(new CampaignRequest { Name = B("vote"), Lease = 0x10, Value = B("one") });
        await SameAsync(new CampaignRequest { Name = B("vote"), Lease = 0x10, Value = B("uno") });
        await SameAsync(new LeaderRequest { Name = B("vote") });
        var second = SameAsync(new CampaignRequest { Name = B("vote"), Lease = 0x11, Value = B("two") });
        await UntilAsync("vote/11");
        var leader = new LeaderKey { Name = B("vote"), Key = B("vote/10"), Rev = 2, Lease = 0x10 };
        await SameAsync(new ProclaimRequest { Leader = leader, Value = B("eins") });
        await SameAsync(new ProclaimRequest { Value = B("eins") });
        await SameAsync(new ResignRequest());
        Assert.False(second.IsCompleted);
        await SameAsync(new ResignRequest { Leader = leader });
        Assert.DoesNotContain("refused", await second, StringComparison.Ordinal);
        await SameAsync(new ResignRequest { Leader = leader });
        await SameAsync(new ProclaimRequest { Leader = leader, Value = B("eins") });
        await SameAsync(new LeaderRequest { Name = B("vote") });
    }

    [Fact]
    public async Task An_observer_sees_the_leader_its_words_and_its_successor()
    {
        await GrantAsync(0x10, 0x11);
        using var embedded = Observe(Embedded);
        using var real = Observe(Real);
        await SameAsync(new CampaignRequest { Name = B("vote"), Lease = 0x10, Value = B("one") });
        await SameNextAsync();
        var leader = new LeaderKey { Name = B("vote"), Key = B("vote/10"), Rev = 2, Lease = 0x10 };
        await SameAsync(new ProclaimRequest { Leader = leader, Value = B("uno") });
        await SameNextAsync();
        await SameAsync(new ResignRequest { Leader = leader });
        await SameAsync(new CampaignRequest { Name = B("vote"), Lease = 0x11, Value = B("two") });
        await SameNextAsync();

        async Task SameNextAsync()
        {
            Assert.True(await embedded.ResponseStream.MoveNext() && await real.ResponseStream.MoveNext());
            Assert.Equal(real.ResponseStream.Current.Kv, embedded.ResponseStream.Current.Kv);
        }
    }

    private static AsyncServerStreamingCall<LeaderResponse> Observe(Side side) =>
        new Election.ElectionClient(side.Channel).Observe(new LeaderRequest { Name = B("vote") }, Side.Options());

    private async Task GrantAsync(params long[] leases)
    {
        foreach (var lease in leases)
        {
            await SameAsync(new LeaseGrantRequest { ID = lease, TTL = 100 });
        }
    }

    private async Task UntilAsync(string key)
    {
        await UntilAsync(Embedded, key, there: true);
        await UntilAsync(Real, key, there: true);
    }

    private static async Task UntilAsync(Side side, string key, bool there)
    {
        while ((await side.SendAsync<RangeResponse>(new RangeRequest { Key = B(key) })).Count > 0 != there)
        {
        }
    }
}
