using Coordination.Grpc.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coordination.Grpc.Tests.Client;

public sealed class StatusTests
{
    [Fact]
    public async Task A_status_without_a_message_body_reaches_the_client()
    {
        await using var server = await TestServer.UnaryAsync((_, _) => throw new GrpcException(GrpcStatusCode.NotFound, "lease not found"));
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.NotFound, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.Equal("lease not found", error.Detail);
        Assert.True(error.FromServer);
        Assert.True(error.RequestSent);
    }

    [Fact]
    public async Task A_status_after_messages_reaches_the_client_after_the_messages()
    {
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("one"), call.CancellationToken);
            throw new GrpcException(GrpcStatusCode.OutOfRange, "compacted");
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.Equal("one", await call.ReadOneAsync().InTime());
        Assert.Equal("compacted", (await GrpcAssert.FailsAsync(GrpcStatusCode.OutOfRange, call.ReadToEndAsync())).Detail);
    }

    [Theory]
    [InlineData("ключ 🔒 не найден")]
    [InlineData("100% of 1%25\r\nnext line")]
    [InlineData("")]
    public async Task Any_text_of_a_status_reaches_the_client(string text)
    {
        await using var server = await TestServer.UnaryAsync((_, _) => throw new GrpcException(GrpcStatusCode.Aborted, text));
        using var channel = server.Connect();
        Assert.Equal(text, (await GrpcAssert.FailsAsync(GrpcStatusCode.Aborted, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")))).Detail);
    }

    [Fact]
    public async Task The_metadata_of_a_handlers_status_reaches_the_client()
    {
        await using var server = await TestServer.UnaryAsync((_, _) =>
        {
            var trailers = new GrpcMetadata { { "reason", "one" }, { "reason", "two" } };
            trailers.AddBinary("data-bin", [0, 255]);
            throw new GrpcException(GrpcStatusCode.Aborted, "no") { Trailers = trailers };
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Aborted, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.Equal(["one", "two"], error.Trailers.Where(e => e.Key == "reason").Select(e => e.Value));
        Assert.Equal([0, 255], error.Trailers.GetBinary("data-bin"));
    }

    [Fact]
    public async Task An_error_of_another_server_can_be_passed_on()
    {
        await using var origin = await TestServer.UnaryAsync((_, _) =>
            throw new GrpcException(GrpcStatusCode.Aborted, "origin") { Trailers = new GrpcMetadata { { "reason", "one" } } });
        using var toOrigin = origin.Connect();
        await using var proxy = await TestServer.UnaryAsync(async (request, call) =>
            await toOrigin.UnaryAsync(TestMethods.Unary, request, default, call.CancellationToken));
        using var channel = proxy.Connect();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Aborted, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.Equal("origin", error.Detail);
        Assert.Equal("one", error.Trailers.Get("reason"));
        Assert.Single(error.Trailers, e => e.Key == "grpc-status");
    }

    [Fact]
    public async Task A_status_in_the_headers_alone_is_read_with_its_metadata()
    {
        await using var server = await TestServer.AnsweringAsync(http =>
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "9";
            http.Response.Headers["grpc-message"] = "%D0%BD%D0%B5%D1%82";
            http.Response.Headers["data-bin"] = "AQI";
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.FailedPrecondition, "нет");
        Assert.True(error.FromServer);
        Assert.Equal([1, 2], error.Trailers.GetBinary("data-bin"));
    }

    [Fact]
    public async Task A_good_status_in_the_headers_alone_is_an_empty_stream_but_no_reply()
    {
        await using var server = await TestServer.AnsweringAsync(http =>
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "0";
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.Empty(await call.ReadToEndAsync().InTime());
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Internal, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.Contains("no message", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_beside_an_http_error_counts_more_than_the_http_error()
    {
        await using var server = await TestServer.AnsweringAsync(http =>
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "7";
            http.Response.Headers["grpc-message"] = "no";
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        Assert.True((await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.PermissionDenied, "no")).FromServer);
    }

    [Fact]
    public async Task A_number_that_is_no_status_is_unknown()
    {
        await using var server = await TestServer.AnsweringAsync(async http =>
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(TestMethods.Frame("a"));
            http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = "77";
        });
        using var channel = server.Connect();
        Assert.True((await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unknown, "")).FromServer);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("Application/GRPC")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task The_names_that_the_protocol_allows_for_its_content_are_accepted(string contentType)
    {
        await using var server = await TestServer.AnsweringAsync(async http =>
        {
            http.Response.ContentType = contentType;
            await http.Response.Body.WriteAsync(TestMethods.Frame("a"));
            http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["grpc-status"] = "0";
        });
        using var channel = server.Connect();
        Assert.Equal("a", (await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")).InTime()).Value);
    }
}
