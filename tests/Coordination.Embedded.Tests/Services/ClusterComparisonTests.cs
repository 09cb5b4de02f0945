using Coordination.Embedded.Server;
using Coordination.Etcd.Transport;
using Coordination.Grpc;
using Etcdserverpb;

namespace Coordination.Embedded.Tests.Services;

/// <summary>The services Cluster and Maintenance, where a cluster of one has anything to say.</summary>
public sealed class ClusterComparisonTests : SideBySide
{
    [Fact]
    public async Task What_a_cluster_of_one_refuses_is_refused_in_the_same_words()
    {
        await SameAsync(ClusterMethods.MemberAdd, new MemberAddRequest());
        await SameAsync(ClusterMethods.MemberAdd, new MemberAddRequest { PeerURLs = { "nonsense" } });
        await SameAsync(ClusterMethods.MemberRemove, new MemberRemoveRequest { ID = 1 });
        await SameAsync(ClusterMethods.MemberPromote, new MemberPromoteRequest { ID = 1 });
        await SameAsync(ClusterMethods.MemberUpdate, new MemberUpdateRequest { ID = 1, PeerURLs = { "http://127.0.0.1:1" } });
        await SameAsync(ClusterMethods.MoveLeader, new MoveLeaderRequest { TargetID = 1 });
        foreach (var side in new[] { Embedded, Real })
        {
            var self = (await side.SendAsync(EtcdMethods.Status, new StatusRequest())).Leader;
            await side.SendAsync(ClusterMethods.MoveLeader, new MoveLeaderRequest { TargetID = self });
            var refusal = await Assert.ThrowsAsync<GrpcException>(() => side.SendAsync(ClusterMethods.MemberPromote, new MemberPromoteRequest { ID = self }));
            Assert.Equal("etcdserver: can only promote a learner member", refusal.Detail);
        }
    }

    [Fact]
    public async Task Alarms_and_maintenance_answer_the_same()
    {
        await SameAsync(EtcdMethods.Alarm, new AlarmRequest());
        await SameAsync(EtcdMethods.Defragment, new DefragmentRequest());
        await SameAsync(EtcdMethods.HashKV, new HashKVRequest());
        await SameAsync(EtcdMethods.HashKV, new HashKVRequest { Revision = 5 });
        await SameAsync(EtcdMethods.Alarm, new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Activate, MemberID = 7, Alarm = AlarmType.Nospace });
        await SameAsync(EtcdMethods.Alarm, new AlarmRequest());
        await SameAsync(EtcdMethods.Put, new PutRequest { Key = B("a") });
        await SameAsync(EtcdMethods.Alarm, new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, MemberID = 7, Alarm = AlarmType.Nospace });
        await SameAsync(EtcdMethods.Put, new PutRequest { Key = B("a") });
    }

    [Fact]
    public async Task A_change_of_members_says_that_it_needs_a_real_cluster()
    {
        var change = new MemberAddRequest { PeerURLs = { "http://127.0.0.1:1" } };
        var refusal = await Assert.ThrowsAsync<GrpcException>(() => Embedded.SendAsync(ClusterMethods.MemberAdd, change));
        Assert.Equal(GrpcStatusCode.Unimplemented, refusal.Status);
        Assert.Contains("real cluster", refusal.Detail, StringComparison.Ordinal);
    }
}
