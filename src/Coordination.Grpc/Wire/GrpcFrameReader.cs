using System.Buffers;
using Google.Protobuf;

namespace Coordination.Grpc.Wire;

/// <summary>Reads messages from a stream of frames, one at a time. Not thread-safe.</summary>
internal sealed class GrpcFrameReader<T>(Stream stream, MessageParser<T> parser, int maxMessageSize)
    where T : class, IMessage<T>
{
    private readonly byte[] _prefix = new byte[GrpcFrame.PrefixLength];

    /// <summary>The next message, or null when the stream ended between two messages.</summary>
    /// <exception cref="GrpcException">The stream ended inside a message, or the bytes are not gRPC.</exception>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(_prefix, _prefix.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            return null;
        }

        if (read < _prefix.Length)
        {
            throw Truncated();
        }

        var length = GrpcFrame.ParsePrefix(_prefix, maxMessageSize);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var body = buffer.AsMemory(0, length);
            if (await stream.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < length)
            {
                throw Truncated();
            }

            return GrpcFrame.Parse(parser, body.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static GrpcException Truncated() =>
        new(GrpcStatusCode.Internal, "Protocol error: the stream ended in the middle of a message.");
}
