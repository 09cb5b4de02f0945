using System.Net;
using System.Net.Sockets;
using Coordination.Etcd;

namespace Coordination.Tests.Etcd.Transport;

public sealed class WatchStreamsTests
{
    [Fact]
    public async Task A_watch_that_begins_while_the_streams_are_ending_is_not_refused()
    {
        // Nobody listens there: every stream ends as soon as it is begun.
        await using var client = new EtcdClient(new EtcdClientOptions { Endpoints = [NobodyThere()], WatchStreams = 2, WatchesPerStream = 1 });
        var ended = new CountdownEvent(8 * 200);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            for (var i = 0; i < 200; i++)
            {
                var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var watch = client.Watch(new EtcdWatchSpec($"/watched/{n}", Revision.None), signal =>
                {
                    Assert.IsType<EtcdWatchSignal.Ended>(signal);
                    ended.Signal();
                    end.SetResult();
                });
                await end.Task;
            }
        })).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(ended.IsSet);
    }

    private static Uri NobodyThere()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return new Uri($"http://127.0.0.1:{port}");
    }
}
