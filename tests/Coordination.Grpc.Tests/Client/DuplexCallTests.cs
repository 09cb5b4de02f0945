using Coordination.Grpc.Tests.Support;
using Google.Protobuf.WellKnownTypes;

namespace Coordination.Grpc.Tests.Client;

public sealed class DuplexCallTests
{
    [Fact]
    public async Task Every_message_is_answered_until_the_client_says_it_was_the_last()
    {
        await using var server = await TestServer.DuplexAsync(async (requests, responses, call) =>
        {
            await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
            {
                await responses.WriteAsync(TestMethods.Text(request.Value.ToUpperInvariant()), call.CancellationToken);
            }
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        await call.WriteAsync(TestMethods.Text("a")).InTime();
        Assert.Equal("A", await call.ReadOneAsync().InTime());
        await call.WriteAsync(TestMethods.Text("b")).InTime();
        await call.WriteAsync(TestMethods.Text("c")).InTime();
        call.CompleteWriting();
        Assert.Equal(["B", "C"], await call.ReadToEndAsync().InTime());
    }

    [Fact]
    public async Task The_server_sends_on_after_the_clients_last_message()
    {
        await using var server = await TestServer.DuplexAsync(async (requests, responses, call) =>
        {
            while (await requests.ReadAsync(call.CancellationToken) is not null)
            {
            }

            await responses.WriteAsync(TestMethods.Text("one"), call.CancellationToken);
            await responses.WriteAsync(TestMethods.Text("two"), call.CancellationToken);
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        call.CompleteWriting();
        Assert.Equal(["one", "two"], await call.ReadToEndAsync().InTime());
    }

    [Fact]
    public async Task The_reader_goes_on_while_the_writer_waits_for_the_server()
    {
        const int Messages = 100;
        var readRequests = new Point();
        await using var server = await TestServer.DuplexAsync(async (requests, responses, call) =>
        {
            for (var i = 0; i < Messages; i++)
            {
                await responses.WriteAsync(TestMethods.Text($"{i}"), call.CancellationToken);
            }

            await readRequests.Reached;
            var request = await requests.ReadAsync(call.CancellationToken);
            await responses.WriteAsync(TestMethods.Text($"{request?.Value.Length}"), call.CancellationToken);
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);

        // Larger than the window of the stream: the write cannot complete before the server reads.
        var writing = call.WriteAsync(TestMethods.Text(new string('x', 3_000_000))).AsTask();
        for (var i = 0; i < Messages; i++)
        {
            Assert.Equal($"{i}", await call.ReadOneAsync().InTime());
        }

        Assert.False(writing.IsCompleted);
        readRequests.Reach();
        await writing.InTime();
        Assert.Equal(["3000000"], await call.ReadToEndAsync().InTime());
    }

    [Fact]
    public async Task The_writer_goes_on_while_the_reader_waits_for_the_server()
    {
        await using var server = await TestServer.DuplexAsync(async (requests, responses, call) =>
        {
            for (var i = 0; i < 100; i++)
            {
                await requests.ReadAsync(call.CancellationToken);
            }

            await responses.WriteAsync(TestMethods.Text("all"), call.CancellationToken);
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        var reading = call.ReadToEndAsync();
        for (var i = 0; i < 100; i++)
        {
            Assert.False(reading.IsCompleted);
            await call.WriteAsync(TestMethods.Text("x")).InTime();
        }

        Assert.Equal(["all"], await reading.InTime());
    }

    [Fact]
    public async Task The_server_can_end_the_stream_while_the_client_has_more_to_say()
    {
        await using var server = await TestServer.DuplexAsync(async (requests, _, call) =>
        {
            await requests.ReadAsync(call.CancellationToken);
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, "enough");
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        await call.WriteAsync(TestMethods.Text("a")).InTime();
        var error = await GrpcAssert.FailsAsync(GrpcStatusCode.FailedPrecondition, call.ReadToEndAsync());
        Assert.True(error.FromServer);

        // What is written to a stream that is over fails, and with a GrpcException.
        await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            while (true)
            {
                await call.WriteAsync(TestMethods.Text("b")).InTime();
            }
        });
    }

    [Fact]
    public async Task Writing_after_the_last_message_is_a_mistake_of_the_caller()
    {
        await using var server = await TestServer.DuplexAsync(async (requests, _, call) => await requests.ReadAsync(call.CancellationToken));
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        call.CompleteWriting();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.WriteAsync(TestMethods.Text("late")).InTime());
        Assert.Empty(await call.ReadToEndAsync().InTime());
    }

    [Fact]
    public async Task Disposing_resets_the_stream_and_never_looks_like_a_normal_end()
    {
        const int Calls = 50;
        var entered = new SemaphoreSlim(0);
        var ended = new SemaphoreSlim(0);
        var normalEnds = 0;
        await using var server = await TestServer.DuplexAsync(async (requests, _, call) =>
        {
            entered.Release();
            try
            {
                if (await requests.ReadAsync(CancellationToken.None) is null)
                {
                    Interlocked.Increment(ref normalEnds);
                }
            }
            finally
            {
                await call.CancellationToken.Cancelled();
                ended.Release();
            }
        });
        using var channel = server.Connect();
        for (var i = 0; i < Calls; i++)
        {
            var call = channel.Duplex(TestMethods.Duplex);
            await entered.WaitAsync().InTime();
            await call.DisposeAsync().InTime();
            await call.DisposeAsync().InTime();
            await ended.WaitAsync().InTime();
        }

        Assert.Equal(0, normalEnds);
    }

    [Fact]
    public async Task Disposing_ends_a_reader_and_a_writer_that_wait()
    {
        var entered = new Point();
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("here"), call.CancellationToken);
            entered.Reach();
            await call.CancellationToken.Cancelled();
        });
        using var channel = server.Connect();
        var call = channel.Duplex(TestMethods.Duplex);
        var writing = call.WriteAsync(TestMethods.Text(new string('x', 3_000_000))).AsTask();
        Assert.Equal("here", await call.ReadOneAsync().InTime());
        var reading = call.ReadToEndAsync();
        await entered.Reached;
        await call.DisposeAsync().InTime();
        Assert.Contains("disposed", (await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, reading)).Detail, StringComparison.Ordinal);
        Assert.Contains("disposed", (await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, writing)).Detail, StringComparison.Ordinal);
        await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, call.ReadToEndAsync());
        await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, call.WriteAsync(TestMethods.Text("late")));
    }

    [Fact]
    public async Task A_stream_can_be_disposed_before_its_connection_is_made()
    {
        var accepted = new Point();
        await using var server = new RawServer(async connection =>
        {
            accepted.Reach();
            await connection.StayAsync();
        });
        using var channel = new GrpcChannel(server.HttpsAddress, new GrpcChannelOptions { ConnectTimeout = TimeSpan.FromMinutes(1) });
        var call = channel.Duplex(TestMethods.Duplex);
        var writing = call.WriteAsync(TestMethods.Text("a"));
        var reading = call.ReadToEndAsync();
        await accepted.Reached;
        await call.DisposeAsync().InTime();
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, writing)).RequestSent);
        Assert.False((await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, reading)).RequestSent);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_half_way_resets_the_stream_instead_of_leaving_half_a_message()
    {
        var reset = new Point();
        await using var server = await TestServer.DuplexAsync(async (_, responses, call) =>
        {
            await responses.WriteAsync(TestMethods.Text("here"), call.CancellationToken);
            await call.CancellationToken.Cancelled();
            reset.Reach();
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        Assert.Equal("here", await call.ReadOneAsync().InTime());
        using var cancellation = new CancellationTokenSource();
        var writing = call.WriteAsync(TestMethods.Text(new string('x', 3_000_000)), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.InTime());
        await reset.Reached;
        await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, call.WriteAsync(TestMethods.Text("next")));
        await GrpcAssert.FailsAsync(GrpcStatusCode.Cancelled, call.ReadToEndAsync());
    }

    [Fact]
    public async Task A_cancelled_reader_leaves_the_stream_as_it_was()
    {
        await using var server = await TestServer.DuplexAsync(async (requests, responses, call) =>
        {
            await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
            {
                await responses.WriteAsync(request, call.CancellationToken);
            }
        });
        using var channel = server.Connect();
        await using var call = channel.Duplex(TestMethods.Duplex);
        using (var beforeHeaders = new CancellationTokenSource())
        {
            var reading = call.ReadToEndAsync(beforeHeaders.Token);
            await beforeHeaders.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.InTime());
        }

        await call.WriteAsync(TestMethods.Text("a")).InTime();
        Assert.Equal("a", await call.ReadOneAsync().InTime());
        using (var betweenMessages = new CancellationTokenSource())
        {
            var reading = call.ReadToEndAsync(betweenMessages.Token);
            await betweenMessages.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.InTime());
        }

        await call.WriteAsync(TestMethods.Text("b")).InTime();
        call.CompleteWriting();
        Assert.Equal(["b"], await call.ReadToEndAsync().InTime());
    }

    [Fact]
    public async Task A_stream_that_is_refused_before_it_carried_a_message_is_opened_again()
    {
        var streams = 0;
        var reopened = new Point();
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            while (true)
            {
                var request = await connection.ReadAsync(RawConnection.Headers);
                if (++streams == 1)
                {
                    await connection.SendAsync(RawConnection.RstStream, 0, request.StreamId, [0, 0, 0, 7]);
                    continue;
                }

                reopened.Reach();
                await connection.SendAsync(RawConnection.Headers, 4, request.StreamId, RawConnection.GrpcHeaders);
                await connection.ReadAsync(RawConnection.Data);
                await connection.SendAsync(RawConnection.Data, 0, request.StreamId, TestMethods.Frame("answer"));
            }
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.Duplex(TestMethods.Duplex);

        // Refused at once: nothing is written before the answer to the first attempt is in.
        var reading = call.ReadOneAsync();
        await reopened.Reached;
        await call.WriteAsync(TestMethods.Text("question")).InTime();
        Assert.Equal("answer", await reading.InTime());
    }

    [Fact]
    public async Task A_stream_that_is_refused_after_it_carried_a_message_fails_and_never_hangs()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            while (true)
            {
                var request = await connection.ReadAsync(RawConnection.Data);
                await connection.SendAsync(RawConnection.RstStream, 0, request.StreamId, [0, 0, 0, 7]);
            }
        });
        using var channel = new GrpcChannel(server.Address);
        await using var call = channel.Duplex(TestMethods.Duplex);
        var reading = call.ReadToEndAsync();

        // The refusal may come before the write has returned.
        if (await Record.ExceptionAsync(() => call.WriteAsync(TestMethods.Text("a")).InTime()) is { } cut)
        {
            Assert.Equal(GrpcStatusCode.Unavailable, Assert.IsType<GrpcException>(cut).Status);
        }

        Assert.True((await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, reading)).RequestSent);
        await GrpcAssert.FailsAsync(GrpcStatusCode.Unavailable, call.WriteAsync(TestMethods.Text("b")));
    }

    [Fact]
    public async Task A_message_is_needed()
    {
        using var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        await using var call = channel.Duplex(TestMethods.Duplex);
        await Assert.ThrowsAsync<ArgumentNullException>(() => call.WriteAsync(null!).AsTask());
        Assert.Throws<ArgumentNullException>(() => channel.Duplex<StringValue, StringValue>(null!));
    }
}
