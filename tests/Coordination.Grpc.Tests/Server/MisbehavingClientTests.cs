using System.Net;
using Coordination.Grpc.Server;
using Coordination.Grpc.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coordination.Grpc.Tests.Server;

public sealed class MisbehavingClientTests : IAsyncLifetime
{
    private static readonly string Unary = TestMethods.Unary.Path;
    private static readonly string Duplex = TestMethods.Duplex.Path;

    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(
        app =>
        {
            app.MapGrpcUnary(TestMethods.Unary, (request, _) => new(request));
            app.MapGrpcDuplex(TestMethods.Duplex, async (requests, responses, call) =>
            {
                await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
                {
                    await responses.WriteAsync(request, call.CancellationToken);
                }
            });
        });

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task A_request_by_the_book_is_answered_by_the_book()
    {
        var reply = await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"));
        Assert.Equal((HttpStatusCode.OK, "application/grpc", "0", null), (reply.Http, reply.ContentType, reply.Status, reply.Message));
        Assert.Equal(TestMethods.Frame("a"), reply.Body);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("Application/GRPC")]
    [InlineData("application/grpc;charset=utf-8")]
    public async Task The_names_that_the_protocol_allows_for_its_content_are_accepted(string contentType) =>
        Assert.Equal("0", (await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"), contentType)).Status);

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc+json")]
    public async Task Content_of_another_type_is_refused_by_http(string? contentType)
    {
        var reply = await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"), contentType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.Http);
        Assert.Null(reply.Status);
    }

    [Fact]
    public async Task Older_http_is_refused_by_http()
    {
        await using var server = await TestServer.StartAsync(
            app => app.MapGrpcUnary(TestMethods.Unary, (request, _) => new(request)), endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var reply = await RawClient.PostAsync(server, Unary, TestMethods.Frame("a"), version: HttpVersion.Version11);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.Http);
    }

    [Fact]
    public async Task A_method_that_the_server_does_not_have_is_unimplemented()
    {
        using var channel = _server.Connect();
        var other = new GrpcMethod<Google.Protobuf.WellKnownTypes.Empty, Google.Protobuf.WellKnownTypes.Empty>(
            "test.Service", "Other", Google.Protobuf.WellKnownTypes.Empty.Parser, Google.Protobuf.WellKnownTypes.Empty.Parser);
        await GrpcAssert.FailsAsync(GrpcStatusCode.Unimplemented, channel.UnaryAsync(other, new()));
    }

    [Fact]
    public Task A_request_without_a_message_is_refused() => RefusedAsync([], "13", "was called without a message", duplex: false);

    [Fact]
    public Task A_request_with_two_messages_is_refused() =>
        RefusedAsync([.. TestMethods.Frame("a"), .. TestMethods.Frame("b")], "13", "was called with more than one message", duplex: false);

    [Fact]
    public Task A_request_that_ends_inside_a_prefix_is_refused() => RefusedAsync([0, 0], "13", "in the middle of a message");

    [Fact]
    public Task A_request_that_ends_inside_a_message_is_refused() => RefusedAsync([0, 0, 0, 0, 9, 1], "13", "in the middle of a message");

    [Fact]
    public Task A_request_that_is_no_such_message_is_refused() => RefusedAsync([0, 0, 0, 0, 2, 0x0a, 200], "13", "2 bytes that are no StringValue");

    [Fact]
    public Task A_request_that_announces_too_many_bytes_is_refused() => RefusedAsync([0, 255, 255, 255, 255], "8", "announces 4294967295 bytes");

    [Fact]
    public Task A_request_with_the_compressed_flag_but_no_encoding_is_refused() => RefusedAsync([1, 0, 0, 0, 0], "13", "a compressed message");

    [Fact]
    public async Task A_request_with_an_encoding_is_told_that_there_is_none()
    {
        var reply = await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"), headers: ("grpc-encoding", "gzip"));
        Assert.Equal("12", reply.Status);
        Assert.Contains("gzip", reply.Message, StringComparison.Ordinal);
        Assert.Equal("0", (await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"), headers: ("grpc-encoding", "identity"))).Status);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1S")]
    [InlineData("100000000S")]
    public async Task A_timeout_that_cannot_be_read_is_refused(string timeout)
    {
        var reply = await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"), headers: ("grpc-timeout", timeout));
        Assert.Equal("13", reply.Status);
        Assert.Contains("grpc-timeout", reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99999999S")]
    [InlineData("99999999H")]
    public async Task A_timeout_longer_than_any_timer_is_no_timeout(string timeout) =>
        Assert.Equal("0", (await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"), headers: ("grpc-timeout", timeout))).Status);

    [Fact]
    public async Task A_timeout_of_zero_has_passed() =>
        Assert.Equal("4", (await RawClient.PostAsync(_server, Unary, TestMethods.Frame("a"), headers: ("grpc-timeout", "0S"))).Status);

    private async Task RefusedAsync(byte[] body, string status, string text, bool duplex = true)
    {
        foreach (var path in duplex ? (string[])[Unary, Duplex] : [Unary])
        {
            var reply = await RawClient.PostAsync(_server, path, body);
            Assert.Equal((HttpStatusCode.OK, status), (reply.Http, reply.Status));
            Assert.Contains(text, reply.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(_server.Logs.Entries, e => e.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }
}
