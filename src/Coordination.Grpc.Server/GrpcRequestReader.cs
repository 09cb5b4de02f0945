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

    /// <summary>The next message, or null when the client has sent its last.</summary>
    public ValueTask<T?> ReadAsync(CancellationToken cancellationToken) => _frames.ReadAsync(cancellationToken);

    /// <summary>All messages to the last one.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _frames.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }
}
