using Coordination.Grpc.Tests.Support;
using Coordination.Grpc.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Coordination.Grpc.Tests.Wire;

public sealed class GrpcFrameTests
{
    [Fact]
    public void A_frame_is_a_zero_flag_a_big_endian_length_and_the_message() =>
        Assert.Equal([0, 0, 0, 0, 4, 0x0a, 2, (byte)'h', (byte)'i'], GrpcFrame.Encode(TestMethods.Text("hi"), 4));

    [Fact]
    public void An_empty_message_is_a_frame_of_length_zero() => Assert.Equal(new byte[5], GrpcFrame.Encode(new StringValue(), 0));

    [Fact]
    public void A_message_over_the_limit_is_refused_before_anything_is_sent()
    {
        var error = Assert.Throws<GrpcException>(() => GrpcFrame.Encode(TestMethods.OfSize(11), 10));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Status);
        Assert.False(error.RequestSent);
        Assert.Equal("The message to send has 11 bytes; at most 10 are allowed.", error.Detail);
    }

    [Fact]
    public void The_length_of_a_prefix_is_read_big_endian() => Assert.Equal(0x01020304, GrpcFrame.ParsePrefix([0, 1, 2, 3, 4], int.MaxValue));

    [Fact]
    public void A_length_at_the_limit_is_accepted() => Assert.Equal(10, GrpcFrame.ParsePrefix([0, 0, 0, 0, 10], 10));

    [Theory]
    [InlineData(0, 11u)]
    [InlineData(0x7f, 0x7fffffffu)]
    [InlineData(0xff, 0xffffffffu)]
    public void A_length_over_the_limit_is_refused(byte first, uint length)
    {
        var error = Assert.Throws<GrpcException>(
            () => GrpcFrame.ParsePrefix([0, first, (byte)(length >> 16), (byte)(length >> 8), (byte)length], 10));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Status);
        Assert.Equal($"A received message announces {length} bytes; at most 10 are allowed.", error.Detail);
    }

    [Fact]
    public void A_compressed_message_is_a_protocol_error_because_compression_is_never_negotiated()
    {
        var error = Assert.Throws<GrpcException>(() => GrpcFrame.ParsePrefix([1, 0, 0, 0, 0], 10));
        Assert.Equal(GrpcStatusCode.Internal, error.Status);
        Assert.Contains("compressed", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_flag_is_a_protocol_error()
    {
        var error = Assert.Throws<GrpcException>(() => GrpcFrame.ParsePrefix([0x80, 0, 0, 0, 0], 10));
        Assert.Equal(GrpcStatusCode.Internal, error.Status);
        Assert.Contains("flag 128", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_message_are_a_protocol_error()
    {
        var error = Assert.Throws<GrpcException>(() => GrpcFrame.Parse(StringValue.Parser, [0x0a, 200]));
        Assert.Equal(GrpcStatusCode.Internal, error.Status);
        Assert.Equal("Protocol error: 2 bytes that are no StringValue.", error.Detail);
    }
}
