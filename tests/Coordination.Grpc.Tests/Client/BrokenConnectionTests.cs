using System.Net;
using System.Net.Sockets;
using Coordination.Grpc.Tests.Support;

namespace Coordination.Grpc.Tests.Client;

public sealed class BrokenConnectionTests
{
    private const byte EndHeaders = 4;
    private const byte EndBoth = 5;

    [Fact]
    public async Task A_refused_connection_has_sent_nothing()
    {
        // Bound but not listening: nobody else gets the port, and connecting to it is refused.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using var channel = new GrpcChannel(new Uri($"http://127.0.0.1:{port}"));
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, $"Cannot connect to http://127.0.0.1:{port}: Connection refused");
        Assert.False(error.RequestSent);
        Assert.False(error.FromServer);
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, call.WriteAsync(TestMethods.Text("a")))).RequestSent);
    }

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_has_sent_nothing()
    {
        await using var server = new RawServer(connection => connection.StayAsync());
        using var channel = new GrpcChannel(server.HttpsAddress, new GrpcChannelOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50) });
        var error = await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, "configured ConnectTimeout");
        Assert.False(error.RequestSent);
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, call.WriteAsync(TestMethods.Text("a")))).RequestSent);
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, call.ReadToEndAsync())).RequestSent);
    }

    [Fact]
    public async Task A_server_that_took_the_request_and_broke_the_connection_may_have_acted()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            await connection.ReadAsync(RawConnection.Data);
            connection.Reset();
        });
        using var channel = new GrpcChannel(server.Address);
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        Assert.StartsWith($"The connection to http://127.0.0.1:{server.Port} failed: ", error.Detail, StringComparison.Ordinal);
        Assert.True(error.RequestSent);
        await using var call = channel.Duplex(TestMethods.Duplex);
        var reading = call.ReadToEndAsync();

        // The reset may come before the write has returned.
        if (await Record.ExceptionAsync(() => call.WriteAsync(TestMethods.Text("a")).InTime()) is { } cut)
        {
            Assert.True(Assert.IsType<GrpcException>(cut).RequestSent);
        }

        Assert.True((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, reading)).RequestSent);
    }

    [Fact]
    public Task A_connection_reset_in_the_middle_of_a_message_is_unavailable() => BrokenAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.Data, 0, stream, [0, 0, 0, 0, 100, 1, 2, 3]);
        connection.Reset();
    });

    [Fact]
    public Task A_connection_closed_between_messages_is_unavailable() => BrokenAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.Data, 0, stream, TestMethods.Frame("a"));
    });

    [Fact]
    public Task A_stream_reset_in_the_middle_of_a_message_is_unavailable() => BrokenAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.Data, 0, stream, [0, 0, 0, 0, 100, 1, 2, 3]);
        await connection.SendAsync(RawConnection.RstStream, 0, stream, [0, 0, 0, 2]);
        await connection.StayAsync();
    });

    [Fact]
    public Task A_server_that_says_goodbye_and_closes_is_unavailable() => BrokenAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.GoAway, 0, 0, [0, 0, 0, (byte)stream, 0, 0, 0, 0]);
    });

    [Fact]
    public Task A_frame_that_is_not_http2_is_unavailable() => BrokenAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendBytesAsync([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, (byte)stream, 1, 2, 3]);
        await connection.StayAsync();
    });

    [Fact]
    public Task Headers_that_cannot_be_decoded_are_unavailable() => BrokenAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, EndBoth, stream, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        await connection.StayAsync();
    });

    [Fact]
    public async Task A_server_of_older_http_is_unavailable()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.SendBytesAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            await connection.StayAsync();
        });
        using var channel = new GrpcChannel(server.Address);
        await GrpcAssert.BothFailAsync(channel, GrpcStatusCode.Unavailable, "127.0.0.1");
    }

    [Fact]
    public async Task A_connection_that_answers_no_pings_breaks_its_calls()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            await connection.StayAsync();
        });
        using var channel = new GrpcChannel(
            server.Address, new GrpcChannelOptions { KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(1) });
        await using var call = channel.Duplex(TestMethods.Duplex);
        var unary = channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a"));
        await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, call.ReadToEndAsync());
        Assert.True((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, unary)).RequestSent);
    }

    [Fact]
    public async Task A_good_reply_of_the_scripted_server_is_accepted()
    {
        // The counterpart of the tests above: what they see is what they broke, not the script itself.
        await using var server = new RawServer(connection => AnswerAsync(connection, async (_, stream) =>
        {
            await connection.SendAsync(RawConnection.Headers, EndHeaders, stream, RawConnection.GrpcHeaders);
            await connection.SendAsync(RawConnection.Data, 0, stream, TestMethods.Frame("a"));
            await connection.SendAsync(RawConnection.Headers, EndBoth, stream, RawConnection.Literal("grpc-status", "0"));
            await connection.StayAsync();
        }));
        using var channel = new GrpcChannel(server.Address);
        Assert.Equal("a", (await channel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")).InTime()).Value);
    }

    private static async Task AnswerAsync(RawConnection connection, Func<RawConnection, int, Task> answer)
    {
        await connection.HandshakeAsync();
        var request = await connection.ReadAsync(RawConnection.Headers);
        await answer(connection, request.StreamId);
    }

    private static async Task BrokenAsync(Func<RawConnection, int, Task> answer)
    {
        await using var server = new RawServer(connection => AnswerAsync(connection, answer));
        using var unaryChannel = new GrpcChannel(server.Address);
        var unary = await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, unaryChannel.UnaryAsync(TestMethods.Unary, TestMethods.Text("a")));
        using var duplexChannel = new GrpcChannel(server.Address);
        await using var call = duplexChannel.Duplex(TestMethods.Duplex);
        var duplex = await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, call.ReadToEndAsync());
        Assert.StartsWith($"The connection to http://127.0.0.1:{server.Port} failed: ", unary.Detail, StringComparison.Ordinal);
        Assert.StartsWith($"The connection to http://127.0.0.1:{server.Port} failed: ", duplex.Detail, StringComparison.Ordinal);
        Assert.True(unary.RequestSent);
        Assert.False(unary.FromServer);
        Assert.False(duplex.FromServer);
    }
}
