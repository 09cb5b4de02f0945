using Coordination.Grpc.Server;
using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Server;

public sealed class StoppingTests : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Point _entered = new();

    public void Dispose() => _stopping.Dispose();

    [Fact]
    public async Task A_server_that_stops_ends_its_streams()
    {
        await using var server = await TestServer.DuplexAsync(
            async (requests, responses, call) =>
            {
                await responses.WriteAsync(TestMethods.Text("here"), call.CancellationToken);
                await requests.ReadAsync(call.CancellationToken);
            },
            new GrpcServerOptions { Stopping = _stopping.Token });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.Equal("here", await call.ReadOneAsync().InTime());
        var reading = call.ReadToEndAsync();
        await _stopping.CancelAsync();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, reading);
        Assert.True(error.FromServer);
        Assert.Equal("The server is stopping.", error.Detail);
    }

    [Fact]
    public async Task A_server_that_stops_ends_unary_calls_that_wait()
    {
        await using var server = await TestServer.UnaryAsync(
            async (request, call) =>
            {
                _entered.Reach();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.CancellationToken);
                return request;
            },
            new GrpcServerOptions { Stopping = _stopping.Token });
        using var channel = server.Connect();
        var calling = channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"));
        await _entered.Reached;
        await _stopping.CancelAsync();
        Assert.True((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, calling)).FromServer);
    }

    [Fact]
    public async Task A_call_that_comes_to_a_stopping_server_is_unavailable()
    {
        await _stopping.CancelAsync();
        var options = new GrpcServerOptions { Stopping = _stopping.Token };
        await using var server = await TestServer.UnaryAsync((request, _) => new(request), options);
        using var channel = server.Connect();
        await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
    }

    [Fact]
    public async Task A_server_that_is_gone_ends_streams_as_unavailable()
    {
        var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("here"), call.CancellationToken);
            await call.CancellationToken.Cancelled();
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.Equal("here", await call.ReadOneAsync().InTime());
        var reading = call.ReadToEndAsync();
        await server.DisposeAsync();
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, reading)).FromServer);
    }
}
