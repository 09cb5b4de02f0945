using Coordination.Grpc.Server;
using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Client;

public sealed class MessageSizeTests
{
    private const int Limit = 1000;

    [Fact]
    public async Task Messages_at_the_limit_pass_in_both_directions()
    {
        await using var server = await TestServer.UnaryAsync(
            (request, _) => new(request), new GrpcServerOptions { MaxReceiveMessageSize = Limit, MaxSendMessageSize = Limit });
        using var channel = server.Connect(new GrpcChannelOptions { MaxSendMessageSize = Limit, MaxReceiveMessageSize = Limit });
        await channel.UnaryAsync(TestMethods.Unary, TestMethods.OfSize(Limit)).InTime();
    }

    [Fact]
    public async Task A_request_over_the_clients_limit_is_not_sent()
    {
        var called = false;
        await using var server = await TestServer.AnsweringAsync(_ =>
        {
            called = true;
            return Task.CompletedTask;
        });
        using var channel = server.Connect(new GrpcChannelOptions { MaxSendMessageSize = Limit });
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.ResourceExhausted, channel.UnaryAsync(TestMethods.Unary, TestMethods.OfSize(Limit + 1)));
        Assert.False(error.RequestSent);
        Assert.False(error.FromServer);
        Assert.False(called);
    }

    [Fact]
    public async Task A_message_over_the_clients_limit_leaves_its_stream_usable()
    {
        await using var server = await TestServer.DuplexAsync(async (requests, responses, call) =>
            await responses.WriteAsync((await requests.ReadAsync(call.CancellationToken))!, call.CancellationToken));
        using var channel = server.Connect(new GrpcChannelOptions { MaxSendMessageSize = Limit });
        await using var call = channel.Duplex(TestMethods.Duplex);
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.ResourceExhausted, call.WriteAsync(TestMethods.OfSize(Limit + 1)));
        Assert.False(error.RequestSent);
        await call.WriteAsync(TestMethods.Text("small")).InTime();
        Assert.Equal(["small"], await call.ReadToEndAsync().InTime());
    }

    [Fact]
    public async Task A_reply_over_the_clients_limit_is_refused_by_the_client()
    {
        await using var server = await TestServer.UnaryAsync((_, _) => new(TestMethods.OfSize(Limit + 1)));
        using var channel = server.Connect(new GrpcChannelOptions { MaxReceiveMessageSize = Limit });
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.ResourceExhausted, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.True(error.RequestSent);
        Assert.False(error.FromServer);
    }

    [Theory]
    [InlineData(Limit + 1)]
    [InlineData(3_000_000)]
    public async Task A_request_over_the_servers_limit_is_refused_by_the_server(int size)
    {
        await using var server = await TestServer.StartAsync(app =>
        {
            var options = new GrpcServerOptions { MaxReceiveMessageSize = Limit };
            app.MapGrpcUnary(TestMethods.Unary, (request, _) => new(request), options);
            app.MapGrpcDuplex(TestMethods.Duplex, async (requests, _, call) => await requests.ReadAsync(call.CancellationToken), options);
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.ResourceExhausted, channel.UnaryAsync(TestMethods.Unary, TestMethods.OfSize(size)));
        Assert.True(error.FromServer);
        Assert.Equal($"A received message announces {size} bytes; at most {Limit} are allowed.", error.Detail);

        await using var call = channel.Duplex(TestMethods.Duplex);
        var reading = call.ReadToEndAsync();
        var writing = call.WriteAsync(TestMethods.OfSize(size)).AsTask();
        Assert.True((await GrpcAssert.FailsAsync(GrpcStatusCode.ResourceExhausted, reading)).FromServer);

        // The write is either done already or cut short; it neither hangs nor throws anything else.
        if (await Record.ExceptionAsync(() => writing.InTime()) is { } cut)
        {
            Assert.Equal(GrpcStatusCode.Unavailable, Assert.IsType<GrpcException>(cut).Status);
        }
    }

    [Fact]
    public async Task A_reply_over_the_servers_limit_is_a_status_of_the_server()
    {
        var options = new GrpcServerOptions { MaxSendMessageSize = Limit };
        await using var server = await TestServer.StartAsync(app =>
        {
            app.MapGrpcUnary(TestMethods.Unary, (_, _) => new(TestMethods.OfSize(Limit + 1)), options);
            app.MapGrpcDuplex(
                TestMethods.Duplex,
                async (_, responses, call) =>
                {
                    await responses.WriteAsync(TestMethods.OfSize(Limit), call.CancellationToken);
                    await responses.WriteAsync(TestMethods.OfSize(Limit + 1), call.CancellationToken);
                },
                options);
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.ResourceExhausted, "The message to send has 1001 bytes; at most 1000 are allowed.");
        Assert.True(error.FromServer);
    }
}
