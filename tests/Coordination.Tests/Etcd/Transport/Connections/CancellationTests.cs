using Coordination.Etcd;
using Google.Protobuf;

namespace Coordination.Tests.Etcd.Transport.Connections;

public sealed class CancellationTests : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    public void Dispose() => _cancellation.Dispose();

    [Fact]
    public async Task Cancelling_a_request_tells_the_server_and_is_the_callers_own()
    {
        var entered = new Point();
        var told = new Point();
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            await connection.ReadAsync(RawConnection.Data);
            entered.Reach();
            await connection.ReadAsync(RawConnection.RstStream);
            told.Reach();
        });
        using var endpoint = Calls.Connect(server.Address);
        var call = endpoint.GetAsync(cancellationToken: _cancellation.Token);
        await entered.Reached;
        await _cancellation.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.InTime());
        Assert.Equal(_cancellation.Token, error.CancellationToken);
        await told.Reached;
    }

    [Fact]
    public async Task A_request_that_is_cancelled_before_it_starts_sends_nothing()
    {
        var taken = new Point();
        await using var server = Calls.Silent(_ => taken.Reach());
        using var endpoint = Calls.Connect(server.Address);
        await _cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endpoint.GetAsync(cancellationToken: _cancellation.Token).InTime());
        using var stream = endpoint.Watch(_cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.WriteAsync(new()).InTime());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ReadAsync().InTime());
        Assert.False(taken.IsReached);
    }

    [Fact]
    public async Task Cancelling_a_stream_ends_both_directions_and_tells_the_server()
    {
        var entered = new Point();
        var told = new Point();
        await using var server = new RawServer(async connection =>
        {
            await connection.HandshakeAsync();
            await connection.ReadAsync(RawConnection.Data);
            entered.Reach();
            await connection.ReadAsync(RawConnection.RstStream);
            told.Reach();
        });
        using var endpoint = Calls.Connect(server.Address);
        using var stream = endpoint.Watch(_cancellation.Token);
        var reading = stream.ReadAsync();

        // More than the server takes without being read.
        var writing = stream.WriteAsync(new() { CreateRequest = new() { Key = ByteString.CopyFrom(new byte[1_000_000]) } });
        await entered.Reached;
        await _cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.InTime());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.InTime());
        await told.Reached;
    }

    [Fact]
    public async Task A_cancellation_by_the_server_is_its_answer()
    {
        await using var server = Calls.AnsweringHeaders(RawConnection.GrpcHeaders, RawConnection.Literal("grpc-status", "1"));
        using var endpoint = Calls.Connect(server.Address);
        var error = await Calls.FailsAsync(CoordinationErrorKind.Timeout, WriteOutcome.Unknown, endpoint.GetAsync());
        Assert.True(error.IsAnswer);
    }
}
