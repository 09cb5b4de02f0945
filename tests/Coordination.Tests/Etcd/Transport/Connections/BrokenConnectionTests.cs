using System.Net;
using System.Net.Sockets;
using Coordination.Etcd;

namespace Coordination.Tests.Etcd.Transport.Connections;

public sealed class BrokenConnectionTests
{
    [Fact]
    public async Task A_refused_connection_has_sent_nothing()
    {
        // Bound but not listening: nobody else gets the port, and connecting to it is refused.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
        using var endpoint = Calls.Connect(new Uri(address));
        using var stream = endpoint.Watch();
        await NotConnectedAsync(endpoint.GetAsync(), $"Cannot connect to {address}: Connection refused");
        await NotConnectedAsync(stream.WriteAsync(new()), $"Cannot connect to {address}: Connection refused");
        await NotConnectedAsync(stream.ReadAsync(), $"Cannot connect to {address}: Connection refused");
    }

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_has_sent_nothing()
    {
        await using var server = new RawServer(connection => connection.StayAsync());
        using var endpoint = Calls.Connect(server.HttpsAddress, new EtcdClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50) });
        using var stream = endpoint.Watch();
        await NotConnectedAsync(endpoint.GetAsync(), "configured ConnectTimeout");
        await NotConnectedAsync(stream.WriteAsync(new()), "configured ConnectTimeout");
        await NotConnectedAsync(stream.ReadAsync(), "configured ConnectTimeout");
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
        using var endpoint = Calls.Connect(server.Address);
        await BrokenAsync(server, endpoint.GetAsync());
        using var stream = endpoint.Watch();
        var reading = stream.ReadAsync();

        // The reset may come before the write has returned.
        if (await Record.ExceptionAsync(() => stream.WriteAsync(new() { ProgressRequest = new() }).InTime()) is { } cut)
        {
            Assert.Equal(WriteOutcome.Unknown, Assert.IsType<EtcdException>(cut).Outcome);
        }

        await BrokenAsync(server, reading);
    }

    [Fact]
    public Task A_connection_reset_in_the_middle_of_a_message_breaks_the_call() => BreaksAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, Calls.EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.Data, 0, stream, [0, 0, 0, 0, 100, 1, 2, 3]);
        connection.Reset();
    });

    [Fact]
    public Task A_connection_closed_after_a_reply_without_a_status_breaks_the_call() => BreaksAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, Calls.EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.Data, 0, stream, [0, 0]);
    });

    [Fact]
    public Task A_stream_reset_in_the_middle_of_a_message_breaks_the_call() => BreaksAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, Calls.EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.Data, 0, stream, [0, 0, 0, 0, 100, 1, 2, 3]);
        await connection.SendAsync(RawConnection.RstStream, 0, stream, [0, 0, 0, 2]);
        await connection.StayAsync();
    });

    [Fact]
    public Task A_server_that_says_goodbye_and_closes_breaks_the_call() => BreaksAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, Calls.EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendAsync(RawConnection.GoAway, 0, 0, [0, 0, 0, (byte)stream, 0, 0, 0, 0]);
    });

    [Fact]
    public Task A_frame_that_is_not_http2_breaks_the_call() => BreaksAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, Calls.EndHeaders, stream, RawConnection.GrpcHeaders);
        await connection.SendBytesAsync([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, (byte)stream, 1, 2, 3]);
        await connection.StayAsync();
    });

    [Fact]
    public Task Headers_that_cannot_be_decoded_come_after_the_request_and_prove_nothing() => BreaksAsync(async (connection, stream) =>
    {
        await connection.SendAsync(RawConnection.Headers, Calls.EndBoth, stream, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        await connection.StayAsync();
    });

    [Fact]
    public async Task A_server_of_older_http_is_told_by_the_broken_connection()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.SendBytesAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            await connection.StayAsync();
        });
        using var endpoint = Calls.Connect(server.Address);
        var error = await Assert.ThrowsAsync<EtcdException>(() => endpoint.GetAsync().InTime());
        Assert.Equal(CoordinationErrorKind.Unavailable, error.Kind);
    }

    [Fact]
    public async Task A_connection_that_answers_no_pings_breaks_its_calls()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            await connection.StayAsync();
        });
        using var endpoint = Calls.Connect(
            server.Address, new EtcdClientOptions { PingDelay = TimeSpan.FromSeconds(1), PingTimeout = TimeSpan.FromSeconds(1), RequestTimeout = TimeSpan.FromMinutes(1) });
        using var stream = endpoint.Watch();
        var unary = endpoint.GetAsync();
        await BrokenAsync(server, stream.ReadAsync());
        await BrokenAsync(server, unary);
    }

    [Fact]
    public async Task The_next_request_makes_a_new_connection()
    {
        var connections = 0;
        await using var server = new RawServer(async connection =>
        {
            var isFirst = Interlocked.Increment(ref connections) == 1;
            await connection.HandshakeAsync();
            var request = await connection.ReadAsync(RawConnection.Data);
            if (!isFirst)
            {
                await connection.ReplyAsync(request.StreamId);
                await connection.StayAsync();
            }
        });
        using var endpoint = Calls.Connect(server.Address);
        await BrokenAsync(server, endpoint.GetAsync());
        Assert.Equal(7, (await endpoint.GetAsync().InTime()).Count);
        Assert.Equal(2, connections);
    }

    private static async Task NotConnectedAsync(Task call, string text)
    {
        var error = await Calls.FailsAsync(CoordinationErrorKind.Unavailable, WriteOutcome.NotApplied, call);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsAnswer);
    }

    private static async Task BrokenAsync(RawServer server, Task call)
    {
        var error = await Calls.FailsAsync(CoordinationErrorKind.Unavailable, WriteOutcome.Unknown, call);
        Assert.StartsWith($"The connection to http://127.0.0.1:{server.Port} failed: ", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsAnswer);
    }

    private static async Task BreaksAsync(Func<RawConnection, int, Task> answer)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            var request = await connection.ReadAsync(RawConnection.Headers);
            await answer(connection, request.StreamId);
        });
        using var first = Calls.Connect(server.Address);
        await BrokenAsync(server, first.GetAsync());
        using var second = Calls.Connect(server.Address);
        using var stream = second.Watch();
        await BrokenAsync(server, stream.ReadAsync());
    }
}
