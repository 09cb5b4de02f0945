using System.IO.Pipelines;
using Coordination.Grpc.Tests.Support;
using Coordination.Grpc.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Coordination.Grpc.Tests.Wire;

public sealed class GrpcFrameReaderTests
{
    private readonly Pipe _pipe = new();
    private readonly GrpcFrameReader<StringValue> _reader;

    public GrpcFrameReaderTests() => _reader = new GrpcFrameReader<StringValue>(_pipe.Reader.AsStream(), StringValue.Parser, 100);

    [Fact]
    public async Task Messages_are_read_whatever_pieces_their_bytes_come_in()
    {
        foreach (var b in (byte[])[.. TestMethods.Frame("one"), .. TestMethods.Frame(""), .. TestMethods.Frame("two")])
        {
            await _pipe.Writer.WriteAsync(new[] { b });
        }

        await _pipe.Writer.CompleteAsync();
        Assert.Equal("one", (await ReadAsync())?.Value);
        Assert.Equal("", (await ReadAsync())?.Value);
        Assert.Equal("two", (await ReadAsync())?.Value);
        Assert.Null(await ReadAsync());
        Assert.Null(await ReadAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task A_stream_that_ends_inside_a_message_is_a_protocol_error(int length)
    {
        await _pipe.Writer.WriteAsync(TestMethods.Frame("one").AsMemory(0, length));
        await _pipe.Writer.CompleteAsync();
        var error = await Assert.ThrowsAsync<GrpcException>(ReadAsync);
        Assert.Equal(GrpcStatusCode.Internal, error.Status);
        Assert.Equal("Protocol error: the stream ended in the middle of a message.", error.Detail);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public async Task A_cancelled_read_loses_nothing_wherever_it_stopped(int length)
    {
        var frame = TestMethods.Frame("one");
        await _pipe.Writer.WriteAsync(frame.AsMemory(0, length));
        using var cancellation = new CancellationTokenSource();
        var cancelled = _reader.ReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTime());

        await _pipe.Writer.WriteAsync(frame.AsMemory(length));
        Assert.Equal("one", (await ReadAsync())?.Value);
    }

    private Task<StringValue?> ReadAsync() => _reader.ReadAsync(CancellationToken.None).InTime();
}
