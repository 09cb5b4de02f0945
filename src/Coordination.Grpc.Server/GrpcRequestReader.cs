using System.Runtime.CompilerServices;
using Coordination.Grpc.Wire;
using Google.Protobuf;

namespace Coordination.Grpc.Server;

/// <summary>The messages that a client sends on a stream. One reader at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class GrpcRequestReader<T>
    where T : class, IMessage<T>
{
    private readonly GrpcFrameReader<T> _frames;

    internal GrpcRequestReader(GrpcFrameReader<T> frames) => _frames = frames;

    /// <summary>The next message, or null when the client has sent its last. After a cancelled read the next one goes on where it stopped.</summary>
    /// <exception cref="GrpcException">What the client sent is not gRPC, or too large.</exception>
    /// <exception cref="OperationCanceledException">The client has gone, or <paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _frames.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ClientGoneException(e);
        }
    }

    /// <summary>All messages to the last one; fails as <see cref="ReadAsync"/> does.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }
}
