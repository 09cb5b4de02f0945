using Grpc.Core;

namespace Coordination.Etcd.Transport.Connections;

/// <summary>
/// A stream in both directions, usable at once: what is written waits for the connection. One writer and one reader, independent of each other.
/// </summary>
/// <param name="call">The library's stream.</param>
/// <param name="describe">What an exception of it means.</param>
internal sealed class EndpointStream<TRequest, TResponse>(AsyncDuplexStreamingCall<TRequest, TResponse> call, Func<Exception, Exception> describe) : IDisposable
    where TRequest : class
    where TResponse : class
{
    /// <summary>Sends one message.</summary>
    /// <exception cref="EtcdException">The stream is broken or over.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task WriteAsync(TRequest message)
    {
        try
        {
            await call.RequestStream.WriteAsync(message).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Not always the library's own exception: HTTP's, too, and that a stream that has just ended is not to be written to.
            throw describe(error);
        }
    }

    /// <summary>The next message; null when the server has ended the stream with status OK.</summary>
    /// <exception cref="EtcdException">It ended with another status, broke, or carried something that is not gRPC.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<TResponse?> ReadAsync()
    {
        try
        {
            return await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false) ? call.ResponseStream.Current : null;
        }
        catch (Exception error)
        {
            throw describe(error);
        }
    }

    /// <summary>Resets the stream. Idempotent.</summary>
    public void Dispose() => call.Dispose();
}
