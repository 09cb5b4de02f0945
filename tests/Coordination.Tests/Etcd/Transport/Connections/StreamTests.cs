using System.Collections.Concurrent;
using Coordination.Etcd;
using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Tests.Etcd.Transport.Connections;

public sealed class StreamTests
{
    private static readonly WatchRequest Ask = new() { ProgressRequest = new() };

    [Fact]
    public async Task Messages_pass_in_both_directions_and_a_good_status_is_the_end()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            for (var n = 1; n <= 2; n++)
            {
                var message = await connection.ReadAsync(RawConnection.Data);
                if (n == 1)
                {
                    await connection.SendAsync(RawConnection.Headers, Calls.EndHeaders, message.StreamId, RawConnection.GrpcHeaders);
                }

                await connection.SendAsync(RawConnection.Data, 0, message.StreamId, RawConnection.Message(new WatchResponse { WatchId = n }.ToByteArray()));
                if (n == 2)
                {
                    await connection.SendAsync(RawConnection.Headers, Calls.EndBoth, message.StreamId, RawConnection.Literal("grpc-status", "0"));
                }
            }

            await connection.StayAsync();
        });
        using var endpoint = Calls.Connect(server.Address);
        using var stream = endpoint.Watch();
        await stream.WriteAsync(Ask).InTime();
        Assert.Equal(1, (await stream.ReadAsync().InTime())?.WatchId);
        await stream.WriteAsync(Ask).InTime();
        Assert.Equal(2, (await stream.ReadAsync().InTime())?.WatchId);
        Assert.Null(await stream.ReadAsync().InTime());
    }

    [Fact]
    public async Task A_message_after_the_end_fails_as_the_stream_did()
    {
        await using var server = Calls.AnsweringHeaders(RawConnection.GrpcHeaders, RawConnection.Literal("grpc-status", "7"));
        using var endpoint = Calls.Connect(server.Address);
        using var stream = endpoint.Watch();
        await Calls.FailsAsync(CoordinationErrorKind.PermissionDenied, WriteOutcome.NotApplied, stream.ReadAsync());
        await Assert.ThrowsAsync<EtcdException>(() => stream.WriteAsync(Ask).InTime());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_that_the_server_refuses_unseen_fails_and_is_not_opened_again_behind_our_back(bool isWritten)
    {
        var opened = 0;
        var taken = new Point();
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            while (true)
            {
                var request = await connection.ReadAsync(RawConnection.Headers);
                opened++;
                if (isWritten)
                {
                    await taken.Reached;
                }

                await connection.SendAsync(RawConnection.RstStream, 0, request.StreamId, [0, 0, 0, 7]);
            }
        });
        using var endpoint = Calls.Connect(server.Address);
        using var stream = endpoint.Watch();
        if (isWritten)
        {
            await stream.WriteAsync(Ask).InTime();
            taken.Reach();
        }

        var error = await Assert.ThrowsAsync<EtcdException>(() => stream.ReadAsync().InTime());
        Assert.Equal(CoordinationErrorKind.Unavailable, error.Kind);

        // The headers of a second one may have left before its body was refused.
        Assert.InRange(opened, 1, 2);
    }

    [Fact]
    public async Task Disposing_resets_the_stream_and_never_looks_like_a_normal_end()
    {
        var reset = new Seen<RawFrame>();
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            await connection.ReadAsync(RawConnection.Data);
            reset.Set(await connection.ReadAsync(RawConnection.RstStream));
        });
        using var endpoint = Calls.Connect(server.Address);
        var stream = endpoint.Watch();
        await stream.WriteAsync(Ask).InTime();
        stream.Dispose();
        stream.Dispose();
        Assert.Equal([0, 0, 0, 8], (await reset.Value).Payload);
    }

    [Fact]
    public async Task A_stream_goes_on_where_it_is_when_the_connections_are_given_up_and_later_calls_make_new_ones()
    {
        var used = new ConcurrentQueue<RawConnection>();
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            while (true)
            {
                var message = await connection.ReadAsync(RawConnection.Data);
                used.Enqueue(connection);
                if (message.StreamId == 1)
                {
                    await connection.ReplyAsync(message.StreamId);
                    continue;
                }

                if (used.Count == 2)
                {
                    await connection.SendAsync(RawConnection.Headers, Calls.EndHeaders, message.StreamId, RawConnection.GrpcHeaders);
                }

                await connection.SendAsync(RawConnection.Data, 0, message.StreamId, RawConnection.Message([]));
            }
        });
        using var endpoint = Calls.Connect(server.Address);
        await endpoint.GetAsync().InTime();
        using var stream = endpoint.Watch();
        await stream.WriteAsync(Ask).InTime();
        Assert.NotNull(await stream.ReadAsync().InTime());
        endpoint.Reconnect();
        await endpoint.GetAsync().InTime();
        await stream.WriteAsync(Ask).InTime();
        Assert.NotNull(await stream.ReadAsync().InTime());
        RawConnection[] inOrder = [.. used];
        Assert.Same(inOrder[0], inOrder[1]);
        Assert.NotSame(inOrder[0], inOrder[2]);
        Assert.Same(inOrder[0], inOrder[3]);
    }
}
