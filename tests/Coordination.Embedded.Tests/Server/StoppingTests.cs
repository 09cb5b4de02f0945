using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;
using V3Electionpb;
using V3Lockpb;

namespace Coordination.Embedded.Tests.Server;

public sealed class StoppingTests : ServerFixture
{
    [Fact]
    public async Task A_server_that_stops_ends_its_watches()
    {
        using var watch = new TestWatch(Channel, Deadline);
        await watch.SendAsync(new WatchCreateRequest { Key = B("a") });
        await watch.NextAsync();

        // A client that may still send is cut off with its connection, perhaps before it has read why.
        await watch.CompleteAsync();
        await StopsAsync(watch.NextAsync());
    }

    [Fact]
    public async Task A_server_that_stops_ends_streams_that_only_it_sends_on()
    {
        await Locks.LockAsync(new LockRequest { Name = B("vote") }, cancellationToken: Deadline);
        using var call = new Election.ElectionClient(Channel).Observe(new LeaderRequest { Name = B("vote") }, cancellationToken: Deadline);
        Assert.True(await call.ResponseStream.MoveNext(Deadline));
        await StopsAsync(call.ResponseStream.MoveNext(Deadline));
    }

    [Fact]
    public async Task A_server_that_stops_ends_calls_that_wait_for_others()
    {
        await Locks.LockAsync(new LockRequest { Name = B("job") }, cancellationToken: Deadline);
        var waiting = Locks.LockAsync(new LockRequest { Name = B("job") }, cancellationToken: Deadline).ResponseAsync;
        await UntilRevisionAsync(3);
        await StopsAsync(waiting);
        Assert.Equal(4, Etcd.Revision);
    }

    [Fact]
    public async Task A_server_that_stops_ends_calls_whose_replies_are_lost_in_silence()
    {
        Etcd.Faults.DropRepliesAfterCommit(1, LostReply.Silence);
        var put = PutAsync("a");
        await UntilRevisionAsync(2);
        await StopsAsync(put);
    }

    private V3Lockpb.Lock.LockClient Locks => new(Channel);

    private async Task StopsAsync(Task call)
    {
        await Etcd.StopAsync();
        var end = (await FailsAsync(call)).Status;
        Assert.Equal((StatusCode.Unavailable, "The server is stopping."), (end.StatusCode, end.Detail));
    }
}
