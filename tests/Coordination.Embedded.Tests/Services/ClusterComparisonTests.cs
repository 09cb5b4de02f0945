using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Services;

/// <summary>The services Cluster and Maintenance, where a cluster of one has anything to say.</summary>
public sealed class ClusterComparisonTests : SideBySide
{
    [Fact]
    public async Task What_a_cluster_of_one_refuses_is_refused_in_the_same_words()
    {
        await SameAsync(new MemberAddRequest());
        await SameAsync(new MemberAddRequest { PeerURLs = { "nonsense" } });
        await SameAsync(new MemberRemoveRequest { ID = 1 });
        await SameAsync(new MemberPromoteRequest { ID = 1 });
        await SameAsync(new MemberUpdateRequest { ID = 1, PeerURLs = { "http://127.0.0.1:1" } });
        await SameAsync(new MoveLeaderRequest { TargetID = 1 });
        foreach (var side in new[] { Embedded, Real })
        {
            var self = (await side.SendAsync<StatusResponse>(new StatusRequest())).Leader;
            await side.SendAsync<MoveLeaderResponse>(new MoveLeaderRequest { TargetID = self });
            var refusal = await Assert.ThrowsAsync<RpcException>(() => side.SendAsync<MemberPromoteResponse>(new MemberPromoteRequest { ID = self }));
            Assert.Equal("etcdserver: can only promote a learner member", refusal.Status.Detail);
        }
    }

    [Fact]
    public async Task Alarms_and_maintenance_answer_the_same()
    {
        await SameAsync(new AlarmRequest());
        await SameAsync(new DefragmentRequest());
        await SameAsync(new HashKVRequest());
        await SameAsync(new HashKVRequest { Revision = 5 });
        await SameAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Activate, MemberID = 7, Alarm = AlarmType.Nospace });
        await SameAsync(new AlarmRequest());
        await SameAsync(new PutRequest { Key = B("a") });
        await SameAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, MemberID = 7, Alarm = AlarmType.Nospace });
        await SameAsync(new PutRequest { Key = B("a") });
    }

    [Fact]
    public async Task A_change_of_members_says_that_it_needs_a_real_cluster()
    {
        var change = new MemberAddRequest { PeerURLs = { "http://127.0.0.1:1" } };
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Embedded.SendAsync<MemberAddResponse>(change));
        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
        Assert.Contains("real cluster", refusal.Status.Detail, StringComparison.Ordinal);
    }
}
