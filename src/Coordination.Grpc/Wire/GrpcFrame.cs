using System.Buffers.Binary;
using Google.Protobuf;

namespace Coordination.Grpc.Wire;

/// <summary>
/// The length-prefixed message of gRPC over HTTP/2: one byte compression flag, four bytes big-endian length, the message.
/// Source: the gRPC over HTTP2 protocol description, "Length-Prefixed-Message". Compression is never negotiated here, so a set flag is an error.
/// </summary>
internal static class GrpcFrame
{
    public const int PrefixLength = 5;

    /// <summary>One message with its prefix, ready to be sent.</summary>
    public static byte[] Encode<T>(T message, int maxMessageSize)
        where T : IMessage<T>
    {
        var size = message.CalculateSize();
        if (size > maxMessageSize)
        {
            throw new GrpcException(
                GrpcStatusCode.ResourceExhausted, $"The message to send has {size} bytes; at most {maxMessageSize} are allowed.") { RequestSent = false };
        }

        var frame = new byte[PrefixLength + size];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    /// <summary>The length that a prefix announces.</summary>
    /// <exception cref="GrpcException">The prefix is malformed or announces too much.</exception>
    public static int ParsePrefix(ReadOnlySpan<byte> prefix, int maxMessageSize)
    {
        if (prefix[0] != 0)
        {
            throw new GrpcException(GrpcStatusCode.Internal, prefix[0] == 1
                ? "Protocol error: a compressed message, but no compression was negotiated."
                : $"Protocol error: a message starts with flag {prefix[0]}; allowed is 0.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > maxMessageSize)
        {
            throw new GrpcException(
                GrpcStatusCode.ResourceExhausted, $"A received message announces {length} bytes; at most {maxMessageSize} are allowed.");
        }

        return (int)length;
    }

    /// <summary>Parses a whole message.</summary>
    /// <exception cref="GrpcException">The bytes are not such a message.</exception>
    public static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> body)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"Protocol error: {body.Length} bytes that are no {typeof(T).Name}.", e);
        }
    }
}
