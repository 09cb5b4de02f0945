using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Client;

public sealed class CancellationTests : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Point _entered = new();
    private readonly Point _told = new();

    public void Dispose() => _cancellation.Dispose();

    [Fact]
    public async Task Cancelling_a_unary_call_reaches_the_server()
    {
        await using var server = await TestServer.UnaryAsync(async (request, call) =>
        {
            await WaitAsync(call.CancellationToken);
            return request;
        });
        using var channel = server.Connect();
        var calling = channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), default, _cancellation.Token);
        await _entered.Reached;
        await _cancellation.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling.InTime());
        Assert.Equal(_cancellation.Token, error.CancellationToken);
        await _told.Reached;
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_starts_sends_nothing()
    {
        await using var server = await TestServer.AnsweringAsync(_ =>
        {
            _entered.Reach();
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        await _cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), default, _cancellation.Token).InTime());
        await using var call = channel.Duplex(TestMethods.Duplex, default, _cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WriteAsync(TestMethods.Text("a")).InTime());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ReadToEndAsync().InTime());
        Assert.False(_entered.IsReached);
    }

    [Fact]
    public async Task Cancelling_a_stream_ends_both_directions_and_reaches_the_server()
    {
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("here"), call.CancellationToken);
            await WaitAsync(call.CancellationToken);
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex, default, _cancellation.Token);
        Assert.Equal("here", await call.ReadOneAsync().InTime());
        var reading = call.ReadToEndAsync();
        var writing = call.WriteAsync(TestMethods.Text(new string('x', 3_000_000)));
        await _entered.Reached;
        await _cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.InTime());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.InTime());
        await _told.Reached;
    }

    [Fact]
    public async Task Cancelling_a_stream_that_is_only_read_any_more_reaches_the_server()
    {
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("here"), call.CancellationToken);
            await WaitAsync(call.CancellationToken);
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex, default, _cancellation.Token);
        call.CompleteWriting();
        Assert.Equal("here", await call.ReadOneAsync().InTime());
        var reading = call.ReadToEndAsync();
        await _entered.Reached;
        await _cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.InTime());
        await _told.Reached;
    }

    [Fact]
    public async Task A_server_that_aborts_a_call_is_unavailable()
    {
        await using var server = await TestServer.AnsweringAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, "The connection to");
        Assert.True(error.RequestSent);
        Assert.False(error.FromServer);
    }

    [Fact]
    public async Task A_server_that_cancels_a_call_says_so_with_a_status()
    {
        await using var server = await TestServer.UnaryAsync((_, _) => throw new GrpcException(GrpcStatusCode.Cancelled, "not now"));
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.True(error.FromServer);
    }

    private async Task WaitAsync(CancellationToken token)
    {
        _entered.Reach();
        await token.Cancelled();
        _told.Reach();
    }
}
