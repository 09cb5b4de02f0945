using Coordination.Grpc.Server;
using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Client;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly GrpcCallOptions Limited = new() { Timeout = Limit };

    private readonly VirtualTimeProvider _clientTime = new();
    private readonly VirtualTimeProvider _serverTime = new();

    [Fact]
    public async Task A_unary_call_ends_at_the_clients_deadline_and_the_server_is_told()
    {
        var entered = new Point();
        var told = new Point();
        await using var server = await TestServer.UnaryAsync(
            async (request, call) =>
            {
                entered.Reach();
                await call.CancellationToken.Cancelled();
                told.Reach();
                return request;
            },
            new GrpcServerOptions { TimeProvider = _serverTime });
        using var channel = Connect(server.Address);
        var calling = channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), Limited);
        await entered.Reached;
        _clientTime.Advance(Limit - TimeSpan.FromTicks(1));
        Assert.False(calling.IsCompleted);
        _clientTime.Advance(TimeSpan.FromTicks(1));
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, calling);
        Assert.Equal($"No answer from {server.Address.GetLeftPart(UriPartial.Authority)} within 5 s.", error.Detail);
        Assert.True(error.RequestSent);
        Assert.False(error.FromServer);
        await told.Reached;
    }

    [Fact]
    public async Task A_stream_ends_at_the_clients_deadline_also_when_it_is_only_read_any_more()
    {
        await using var server = await TestServer.AnsweringAsync(async http =>
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(TestMethods.Frame("first"));
            await http.RequestAborted.Cancelled();
        });
        using var channel = Connect(server.Address);
        await using var call = channel.Duplex(TestMethods.Duplex, Limited);
        call.CompleteWriting();
        Assert.Equal("first", await call.ReadOneAsync().InTime());
        var reading = call.ReadToEndAsync();
        Assert.False(reading.IsCompleted);
        _clientTime.Advance(Limit);
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, reading);
        Assert.False(error.FromServer);
    }

    [Fact]
    public async Task A_write_that_waits_ends_at_the_clients_deadline()
    {
        await using var server = await TestServer.AnsweringAsync(async http =>
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(TestMethods.Frame("first"));
            await http.RequestAborted.Cancelled();
        });
        using var channel = Connect(server.Address);
        await using var call = channel.Duplex(TestMethods.Duplex, Limited);
        Assert.Equal("first", await call.ReadOneAsync().InTime());
        var writing = call.WriteAsync(TestMethods.Text(new string('x', 3_000_000)));
        _clientTime.Advance(Limit);
        await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, writing);
    }

    [Fact]
    public async Task A_deadline_before_the_connection_is_made_says_that_nothing_was_sent()
    {
        var accepted = new Point();
        await using var server = new RawServer(async connection =>
        {
            accepted.Reach();
            await connection.StayAsync();
        });
        using var channel = Connect(server.HttpsAddress);
        var unary = channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), Limited);
        await using var call = channel.Duplex(TestMethods.Duplex, Limited);
        var writing = call.WriteAsync(TestMethods.Text("a"));
        await accepted.Reached;
        _clientTime.Advance(Limit);
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, unary)).RequestSent);
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, writing)).RequestSent);
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, call.ReadToEndAsync())).RequestSent);
    }

    [Fact]
    public async Task The_server_ends_a_call_at_the_deadline_that_the_client_sent()
    {
        var entered = new Point();
        await using var server = await TestServer.UnaryAsync(
            async (request, call) =>
            {
                entered.Reach();
                await Task.Delay(Timeout.InfiniteTimeSpan, _serverTime, call.CancellationToken);
                return request;
            },
            new GrpcServerOptions { TimeProvider = _serverTime });
        using var channel = Connect(server.Address);
        var calling = channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), Limited);
        await entered.Reached;
        _serverTime.Advance(Limit);
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, calling);
        Assert.True(error.FromServer);
        Assert.Equal("The deadline of the call passed.", error.Detail);
    }

    [Fact]
    public async Task The_server_ends_a_stream_at_the_deadline_that_the_client_sent()
    {
        await using var server = await TestServer.DuplexAsync(
            async (requests, responses, call) =>
            {
                await responses.WriteAsync(TestMethods.Text("first"), call.CancellationToken);
                await requests.ReadAsync(call.CancellationToken);
            },
            new GrpcServerOptions { TimeProvider = _serverTime });
        using var channel = Connect(server.Address);
        await using var call = channel.Duplex(TestMethods.Duplex, Limited);
        Assert.Equal("first", await call.ReadOneAsync().InTime());
        _serverTime.Advance(Limit);
        Assert.True((await GrpcAssert.FailsAsync(GrpcStatusCode.DeadlineExceeded, call.ReadToEndAsync())).FromServer);
    }

    [Fact]
    public async Task The_header_carries_the_timeout_and_is_absent_without_one()
    {
        await using var server = await TestServer.UnaryAsync((_, call) => new(TestMethods.Text(call.GetMetadata("grpc-timeout") ?? "none")));
        using var channel = Connect(server.Address);
        Assert.Equal("5000000u", (await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), Limited).InTime()).Value);
        Assert.Equal("none", (await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")).InTime()).Value);
        var unlimited = new GrpcCallOptions { Timeout = Timeout.InfiniteTimeSpan };
        Assert.Equal("none", (await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), unlimited).InTime()).Value);
    }

    [Fact]
    public async Task The_longest_timeout_is_as_good_as_none()
    {
        await using var server = await TestServer.UnaryAsync((request, _) => new(request));
        using var channel = server.Connect();
        var options = new GrpcCallOptions { Timeout = TimeSpan.MaxValue };
        Assert.Equal("a", (await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"), options).InTime()).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_deadline_that_has_passed_already_ends_the_call_before_anything_is_sent(int seconds)
    {
        var called = false;
        await using var server = await TestServer.AnsweringAsync(_ =>
        {
            called = true;
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(
            channel, GrpcStatusCode.DeadlineExceeded, "within", new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(seconds) });
        Assert.False(error.RequestSent);
        Assert.False(called);
    }

    private GrpcChannel Connect(Uri address) =>
        new(address, new GrpcChannelOptions { TimeProvider = _clientTime, ConnectTimeout = TimeSpan.FromMinutes(1) });
}
