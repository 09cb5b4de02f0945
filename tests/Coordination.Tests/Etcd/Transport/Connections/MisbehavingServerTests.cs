using System.Globalization;
using Coordination.Etcd;

namespace Coordination.Tests.Etcd.Transport.Connections;

public sealed class MisbehavingServerTests
{
    private static readonly byte[] Ok = RawConnection.Literal("grpc-status", "0");

    [Fact]
    public async Task A_good_reply_is_accepted()
    {
        // The counterpart of the tests below: what they see is what they broke, not the script itself.
        await using var server = Calls.Answering(null, Calls.Reply, Ok);
        using var endpoint = Calls.Connect(server.Address);
        Assert.Equal(7, (await endpoint.GetAsync().InTime()).Count);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 }, "Protocol error: Unexpected end of content")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1, 2 }, "Protocol error: Unexpected end of content")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0x0a, 200 }, "Protocol error: While parsing a protocol message")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "grpc-encoding")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0 }, "flag")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "too large")]
    public async Task A_reply_that_is_no_message_is_a_protocol_error_and_the_request_may_have_been_applied(byte[] body, string text)
    {
        await using var server = Calls.Answering(null, body, Ok);
        await Calls.BothFailAsync(server, CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, text);
    }

    [Fact]
    public async Task A_reply_without_a_status_is_a_protocol_error()
    {
        await using var server = Calls.Answering(null, [], null);
        await Calls.BothFailAsync(server, CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "grpc-status");
    }

    [Fact]
    public async Task A_status_that_is_no_number_is_a_protocol_error_and_not_the_servers()
    {
        await using var server = Calls.Answering(null, [], RawConnection.Literal("grpc-status", "fine"));
        await Calls.BothFailAsync(server, CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "grpc-status");
    }

    [Fact]
    public async Task A_status_in_the_headers_that_is_no_number_is_a_protocol_error_and_not_the_servers()
    {
        await using var server = Calls.AnsweringHeaders(RawConnection.GrpcHeaders, RawConnection.Literal("grpc-status", "OK"));
        await Calls.BothFailAsync(server, CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, "grpc-status");
    }

    [Fact]
    public async Task A_good_status_without_a_reply_is_a_protocol_error_of_a_request()
    {
        await using var server = Calls.Answering(null, [], Ok);
        using var endpoint = Calls.Connect(server.Address);
        var error = await Calls.FailsAsync(CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, endpoint.GetAsync());
        Assert.False(error.IsAnswer);
    }

    [Fact]
    public async Task Several_replies_are_a_protocol_error_of_a_request_also_when_silence_follows()
    {
        await using var server = Calls.Answering(null, [.. Calls.Reply, .. Calls.Reply], null, stay: true);
        using var endpoint = Calls.Connect(server.Address);
        await Calls.FailsAsync(CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, endpoint.GetAsync());
    }

    [Fact]
    public async Task A_reply_with_a_bad_status_is_that_status_and_not_the_reply()
    {
        await using var server = Calls.Answering(null, Calls.Reply, RawConnection.Literal("grpc-status", "14"));
        using var endpoint = Calls.Connect(server.Address);
        var error = await Calls.FailsAsync(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, endpoint.GetAsync());
        Assert.True(error.IsAnswer);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/html")]
    [InlineData("application/grpc-web")]
    public async Task Content_of_another_type_is_a_protocol_error(string? contentType)
    {
        byte[] headers = [0x88, .. contentType is null ? [] : RawConnection.Literal("content-type", contentType)];
        await using var server = Calls.Answering(headers, "<html>"u8.ToArray(), null);
        await Calls.BothFailAsync(server, CoordinationErrorKind.ProtocolError, WriteOutcome.Unknown, contentType ?? "content-type");
    }

    [Theory]
    [InlineData(204, CoordinationErrorKind.ProtocolError)]
    [InlineData(302, CoordinationErrorKind.ProtocolError)]
    [InlineData(400, CoordinationErrorKind.ProtocolError)]
    [InlineData(401, CoordinationErrorKind.Unauthenticated)]
    [InlineData(403, CoordinationErrorKind.PermissionDenied)]
    [InlineData(404, CoordinationErrorKind.Server)]
    [InlineData(429, CoordinationErrorKind.Unavailable)]
    [InlineData(500, CoordinationErrorKind.ProtocolError)]
    [InlineData(502, CoordinationErrorKind.Unavailable)]
    [InlineData(503, CoordinationErrorKind.Unavailable)]
    [InlineData(504, CoordinationErrorKind.Unavailable)]
    public async Task An_http_error_is_told_and_proves_nothing(int status, CoordinationErrorKind kind)
    {
        var text = status.ToString(CultureInfo.InvariantCulture);
        await using var server = Calls.AnsweringHeaders(RawConnection.Literal(":status", text));
        await Calls.BothFailAsync(server, kind, WriteOutcome.Unknown, text);
    }

    [Fact]
    public async Task The_servers_status_counts_more_than_an_http_error_beside_it()
    {
        await using var server = Calls.AnsweringHeaders(
            RawConnection.Literal(":status", "503"), RawConnection.Literal("content-type", "application/grpc"), RawConnection.Literal("grpc-status", "7"));
        using var endpoint = Calls.Connect(server.Address);
        var error = await Calls.FailsAsync(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, endpoint.GetAsync());
        Assert.True(error.IsAnswer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_status_with_its_text_is_the_servers_in_headers_and_in_trailers(bool inHeaders)
    {
        byte[] status = [.. RawConnection.Literal("grpc-status", "5"), .. RawConnection.Literal("grpc-message", "etcdserver: requested lease not found")];
        await using var server = inHeaders ? Calls.AnsweringHeaders(RawConnection.GrpcHeaders, status) : Calls.Answering(null, [], status);
        using var endpoint = Calls.Connect(server.Address);
        var unary = await Calls.FailsAsync(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, endpoint.GetAsync());
        using var stream = endpoint.Watch();
        var read = await Calls.FailsAsync(CoordinationErrorKind.LeaseNotFound, WriteOutcome.NotApplied, stream.ReadAsync());
        Assert.True(unary.IsAnswer);
        Assert.True(read.IsAnswer);
        Assert.Contains("requested lease not found", read.Message, StringComparison.Ordinal);
    }
}
