using Coordination.Embedded.Tests.Testing;
using Etcdserverpb;
using Grpc.Core;

namespace Coordination.Embedded.Tests.Server;

/// <summary>What a failure of the server itself is to its client and to its host, and what is none.</summary>
public sealed class FailureTests : ServerFixture
{
    [Fact]
    public async Task A_failure_of_the_server_is_told_to_the_client_and_logged_for_the_host()
    {
        Etcd.Faults.DropRepliesAfterCommit(static _ => throw new FormatException("a bug"));
        var unary = await FailsAsync(PutAsync("a"));
        using var call = Leases.LeaseKeepAlive(cancellationToken: Deadline);
        await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = 1 });
        await call.RequestStream.CompleteAsync();
        var stream = await FailsAsync(call.ResponseStream.MoveNext(Deadline));
        Assert.All([unary, stream], static e => Assert.Equal((StatusCode.Internal, "The embedded etcd failed: a bug"), (e.StatusCode, e.Status.Detail)));
        Assert.All(Logs.Errors, static entry => Assert.IsType<FormatException>(entry.Exception));
        Assert.Equal(
            ["Embedded etcd failed to serve Put; this is a bug.", "Embedded etcd failed to serve LeaseKeepAlive; this is a bug."],
            Logs.Errors.Select(static entry => entry.Message));
    }

    [Fact]
    public async Task A_client_that_goes_away_is_no_failure()
    {
        using (var watch = new TestWatch(Channel, Deadline))
        {
            await watch.SendAsync(new WatchCreateRequest { Key = B("a") });
            await watch.NextAsync();
        }

        using (var call = Leases.LeaseKeepAlive(cancellationToken: Deadline))
        {
            await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = 1 });
            Assert.True(await call.ResponseStream.MoveNext(Deadline));
        }

        Etcd.Faults.DropRepliesAfterCommit(1, LostReply.Silence);
        using var patience = new CancellationTokenSource();
        var put = Kv.PutAsync(new PutRequest { Key = B("a") }, cancellationToken: patience.Token).ResponseAsync;
        await UntilRevisionAsync(2);
        await patience.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await FailsAsync(put)).StatusCode);
        await Etcd.StopAsync();
        Assert.Empty(Logs.Errors);
    }

    [Fact]
    public async Task Refusals_and_lost_replies_are_no_failures()
    {
        await FailsAsync(PutAsync(""));
        Etcd.Faults.DropRepliesAfterCommit(1);
        await FailsAsync(PutAsync("a"));
        await Etcd.StopAsync();
        Assert.Empty(Logs.Errors);
    }
}
