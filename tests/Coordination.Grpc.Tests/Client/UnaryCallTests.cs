using System.Collections.Concurrent;
using Coordination.Grpc.Server;
using Coordination.Grpc.Tests.Support;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Coordination.Grpc.Tests.Client;

public sealed class UnaryCallTests
{
    [Fact]
    public async Task A_request_is_answered()
    {
        await using var server = await TestServer.UnaryAsync((request, _) => new(TestMethods.Text($"{request.Value}, you")));
        using var channel = server.Connect();
        Assert.Equal("hello, you", (await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("hello")).InTime()).Value);
    }

    [Fact]
    public async Task Empty_messages_are_messages()
    {
        await using var server = await TestServer.UnaryAsync((request, _) => new(request));
        using var channel = server.Connect();
        Assert.Equal("", (await channel.UnaryAsync(TestMethods.Unary, new StringValue()).InTime()).Value);
    }

    [Fact]
    public async Task Large_messages_of_bytes_pass_unchanged()
    {
        var blob = new GrpcMethod<BytesValue, BytesValue>("test.Service", "Blob", BytesValue.Parser, BytesValue.Parser);
        await using var server = await TestServer.StartAsync(app => app.MapGrpcUnary(blob, (request, _) => new(request)));
        using var channel = server.Connect();
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        var reply = await channel.UnaryAsync(blob, new BytesValue { Value = ByteString.CopyFrom(bytes) }).InTime();
        Assert.True(reply.Value.Span.SequenceEqual(bytes));
    }

    [Fact]
    public async Task Five_hundred_calls_are_open_at_once_on_one_connection()
    {
        const int Calls = 500;
        var all = new Point();
        var entered = 0;
        var connections = new ConcurrentDictionary<string, bool>();
        await using var server = await TestServer.UnaryAsync(async (request, call) =>
        {
            connections[call.HttpContext.Connection.Id] = true;
            if (request.Value.Length > 0 && Interlocked.Increment(ref entered) == Calls)
            {
                all.Reach();
            }

            await (request.Value.Length > 0 ? all.Reached : Task.CompletedTask);
            return request;
        });
        using var channel = server.Connect();

        // The first call brings the server's settings: how many streams the connection may have.
        await channel.UnaryAsync(TestMethods.Unary, new StringValue()).InTime();
        var replies = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => channel.UnaryAsync(TestMethods.Unary, TestMethods.Text($"{i}")))).InTime();
        Assert.Equal(Enumerable.Range(0, Calls).Select(i => $"{i}"), replies.Select(r => r.Value));
        Assert.Single(connections);
    }

    [Fact]
    public async Task Metadata_reaches_the_server_bytes_as_base64()
    {
        var seen = new Seen<(string?, string?, string?)>();
        await using var server = await TestServer.UnaryAsync((request, call) =>
        {
            seen.Set((call.GetMetadata("hasleader"), call.GetMetadata("data-bin"), call.GetMetadata("absent")));
            return new(request);
        });
        using var channel = server.Connect();
        var metadata = new GrpcMetadata { { "hasleader", "true" } };
        metadata.AddBinary("data-bin", [0, 255, 7, 9]);
        await channel.UnaryAsync(TestMethods.Unary, new StringValue(), new GrpcCallOptions { Metadata = metadata }).InTime();
        Assert.Equal(("true", "AP8HCQ", null), await seen.Value);
    }

    [Fact]
    public async Task A_broken_connection_is_made_again_for_the_next_call()
    {
        var connections = new ConcurrentQueue<string>();
        await using var server = await TestServer.UnaryAsync((request, call) =>
        {
            connections.Enqueue(call.HttpContext.Connection.Id);
            if (request.Value == "break")
            {
                call.HttpContext.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
            }

            return new(request);
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("break")));
        Assert.True(error.RequestSent);
        Assert.False(error.FromServer);
        await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("again")).InTime();
        Assert.Equal(2, connections.Distinct().Count());
    }

    [Fact]
    public async Task A_request_is_needed()
    {
        using var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => channel.UnaryAsync(TestMethods.Unary, null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => channel.UnaryAsync<StringValue, StringValue>(null!, new StringValue()));
    }
}
