using System.Buffers;
using Google.Protobuf;

namespace Coordination.Grpc.Wire;

/// <summary>Reads messages from a stream of frames, one at a time. A cancelled read goes on where it stopped. Not thread-safe.</summary>
internal sealed class GrpcFrameReader<T>(Stream stream, MessageParser<T> parser, int maxMessageSize)
    where T : class, IMessage<T>
{
    private readonly byte[] _prefix = new byte[GrpcFrame.PrefixLength];
    private byte[]? _body;
    private int _bodyLength;
    private int _filled;

    /// <summary>The next message, or null when the stream ended between two messages.</summary>
    /// <exception cref="GrpcException">The stream ended inside a message, or the bytes are not gRPC.</exception>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_body is null)
        {
            if (!await FillAsync(_prefix, cancellationToken).ConfigureAwait(false))
            {
                return _filled == 0 ? null : throw Truncated();
            }

            _bodyLength = GrpcFrame.ParsePrefix(_prefix, maxMessageSize);
            _body = ArrayPool<byte>.Shared.Rent(_bodyLength);
            _filled = 0;
        }

        if (!await FillAsync(_body.AsMemory(0, _bodyLength), cancellationToken).ConfigureAwait(false))
        {
            throw Truncated();
        }

        var body = _body;
        _body = null;
        _filled = 0;
        try
        {
            return GrpcFrame.Parse(parser, body.AsSpan(0, _bodyLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    // False when the stream ended first. What was read stays counted, so that a cancelled read loses no bytes.
    private async ValueTask<bool> FillAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        while (_filled < target.Length)
        {
            var read = await stream.ReadAsync(target[_filled..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _filled += read;
        }

        return true;
    }

    private static GrpcException Truncated() =>
        new(GrpcStatusCode.Internal, "Protocol error: the stream ended in the middle of a message.");
}
