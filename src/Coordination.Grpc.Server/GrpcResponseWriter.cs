using System.Buffers.Binary;
using System.IO.Pipelines;
using Coordination.Grpc.Wire;
using Google.Protobuf;

namespace Coordination.Grpc.Server;

/// <summary>Sends messages to the client. One writer at a time; a write completes when the connection has taken the bytes.</summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class GrpcResponseWriter<T>
    where T : class, IMessage<T>
{
    private readonly PipeWriter _pipe;
    private readonly int _maxMessageSize;

    internal GrpcResponseWriter(PipeWriter pipe, int maxMessageSize)
    {
        _pipe = pipe;
        _maxMessageSize = maxMessageSize;
    }

    /// <summary>Sends one message and flushes.</summary>
    /// <exception cref="GrpcException">The message is larger than the server may send.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, or <paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask WriteAsync(T message, CancellationToken cancellationToken = default)
    {
        Append(message);
        var result = await _pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new ClientGoneException(null);
        }
    }

    /// <summary>Adds one message without a flush: for a reply whose trailers follow at once.</summary>
    internal void Append(T message)
    {
        var size = message.CalculateSize();
        if (size > _maxMessageSize)
        {
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"The message to send has {size} bytes; at most {_maxMessageSize} are allowed.");
        }

        var length = GrpcFrame.PrefixLength + size;
        var span = _pipe.GetSpan(length)[..length];
        span[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)size);
        message.WriteTo(span[GrpcFrame.PrefixLength..]);
        _pipe.Advance(length);
    }
}
