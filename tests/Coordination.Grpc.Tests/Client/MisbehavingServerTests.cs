using Coordination.Grpc.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coordination.Grpc.Tests.Client;

public sealed class MisbehavingServerTests
{
    [Fact]
    public Task A_reply_that_ends_inside_a_prefix_is_a_protocol_error() =>
        RefusedAsync([0, 0, 0], "0", GrpcStatusCode.Internal, "Protocol error: the stream ended in the middle of a message.");

    [Fact]
    public Task A_reply_that_ends_inside_a_message_is_a_protocol_error() =>
        RefusedAsync([0, 0, 0, 0, 9, 1, 2], "0", GrpcStatusCode.Internal, "Protocol error: the stream ended in the middle of a message.");

    [Fact]
    public Task A_reply_that_is_no_such_message_is_a_protocol_error() =>
        RefusedAsync([0, 0, 0, 0, 2, 0x0a, 200], "0", GrpcStatusCode.Internal, "Protocol error: 2 bytes that are no StringValue.");

    [Fact]
    public Task A_reply_with_the_compressed_flag_is_a_protocol_error() =>
        RefusedAsync([1, 0, 0, 0, 0], "0", GrpcStatusCode.Internal, "Protocol error: a compressed message");

    [Fact]
    public Task A_reply_with_an_unknown_flag_is_a_protocol_error() =>
        RefusedAsync([9, 0, 0, 0, 0], "0", GrpcStatusCode.Internal, "Protocol error: a message starts with flag 9");

    [Fact]
    public Task A_reply_that_announces_too_many_bytes_is_refused_without_waiting_for_them() =>
        RefusedAsync([0, 255, 255, 255, 255], null, GrpcStatusCode.ResourceExhausted, "announces 4294967295 bytes", stay: true);

    [Fact]
    public Task A_reply_without_a_status_is_a_protocol_error() =>
        RefusedAsync(TestMethods.Frame("a"), null, GrpcStatusCode.Internal, "Protocol error: the response ended without a grpc-status.");

    [Fact]
    public Task An_empty_reply_without_a_status_is_a_protocol_error() =>
        RefusedAsync([], null, GrpcStatusCode.Internal, "Protocol error: the response ended without a grpc-status.");

    [Fact]
    public Task A_status_that_is_no_number_is_a_protocol_error() =>
        RefusedAsync(TestMethods.Frame("a"), "fine", GrpcStatusCode.Internal, "Protocol error: grpc-status is 'fine'.");

    [Fact]
    public async Task A_status_in_the_headers_that_is_no_number_is_a_protocol_error()
    {
        await using var server = await TestServer.AnsweringAsync(http =>
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "OK";
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Internal, "Protocol error: grpc-status is 'OK'.");
        Assert.False(error.FromServer);
    }

    [Fact]
    public async Task A_unary_call_without_a_reply_is_a_protocol_error()
    {
        await using var server = await AnsweringAsync([], "0");
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Internal, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.Equal("Protocol error: /test.Service/Unary answered with no message.", error.Detail);
    }

    [Fact]
    public async Task A_unary_call_with_several_replies_is_a_protocol_error()
    {
        await using var server = await AnsweringAsync([.. TestMethods.Frame("a"), .. TestMethods.Frame("b"), .. TestMethods.Frame("c")], "0");
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Internal, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.Equal("Protocol error: /test.Service/Unary answered with more than one message.", error.Detail);
        Assert.True(error.RequestSent);
    }

    [Fact]
    public async Task A_unary_call_whose_second_reply_is_followed_by_silence_does_not_wait()
    {
        await using var server = await AnsweringAsync([.. TestMethods.Frame("a"), .. TestMethods.Frame("b")], null, stay: true);
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Internal, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.Contains("more than one message", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_with_a_bad_status_is_that_status_and_not_the_reply()
    {
        await using var server = await AnsweringAsync(TestMethods.Frame("a"), "14");
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.True(error.FromServer);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/html")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpcfoo")]
    [InlineData("application/grpc+json")]
    public async Task Content_of_another_type_is_not_grpc(string? contentType)
    {
        await using var server = await TestServer.AnsweringAsync(async http =>
        {
            http.Response.ContentType = contentType;
            await http.Response.WriteAsync("<html>");
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(
            channel, GrpcStatusCode.Unknown, $"The server answered with content type '{contentType}', which is not gRPC.");
        Assert.False(error.FromServer);
    }

    [Theory]
    [InlineData(204, GrpcStatusCode.Unknown)]
    [InlineData(302, GrpcStatusCode.Unknown)]
    [InlineData(400, GrpcStatusCode.Internal)]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(429, GrpcStatusCode.Unavailable)]
    [InlineData(500, GrpcStatusCode.Unknown)]
    [InlineData(502, GrpcStatusCode.Unavailable)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    [InlineData(504, GrpcStatusCode.Unavailable)]
    public async Task An_http_error_has_the_status_that_the_protocol_gives_it(int httpStatus, GrpcStatusCode status)
    {
        await using var server = await TestServer.AnsweringAsync(http =>
        {
            http.Response.StatusCode = httpStatus;
            http.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(channel, status, $"The server answered HTTP {httpStatus}, which is not gRPC.");
        Assert.False(error.FromServer);
        Assert.True(error.RequestSent);
    }

    private static Task<TestServer> AnsweringAsync(byte[] body, string? status, bool stay = false) => TestServer.AnsweringAsync(async http =>
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(body);
        if (status is not null)
        {
            http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = status;
        }

        if (stay)
        {
            await http.Response.Body.FlushAsync();
            await http.RequestAborted.Cancelled();
        }
    });

    private static async Task RefusedAsync(byte[] body, string? grpcStatus, GrpcStatusCode status, string text, bool stay = false)
    {
        await using var server = await AnsweringAsync(body, grpcStatus, stay);
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(channel, status, text);
        Assert.False(error.FromServer);
        Assert.True(error.RequestSent);
    }
}
