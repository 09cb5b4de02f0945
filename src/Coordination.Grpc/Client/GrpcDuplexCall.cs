using System.Runtime.CompilerServices;
using Coordination.Grpc.Client;
using Coordination.Grpc.Wire;
using Google.Protobuf;

namespace Coordination.Grpc;

/// <summary>
/// A stream in both directions. One writer and one reader at a time; the two are independent of each other.
/// Disposing it resets the stream on the server.
/// </summary>
/// <typeparam name="TRequest">The messages to the server.</typeparam>
/// <typeparam name="TResponse">The messages from the server.</typeparam>
public sealed class GrpcDuplexCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly Uri _address;
    private readonly GrpcMethod<TRequest, TResponse> _method;
    private readonly GrpcChannelOptions _channel;
    private readonly CallDeadline _deadline;
    private readonly PushContent _content = new();
    private readonly HttpRequestMessage _message;
    private readonly Task<HttpResponseMessage> _response;
    private GrpcFrameReader<TResponse>? _reader;
    private volatile bool _writingCompleted;
    private int _disposed;

    internal GrpcDuplexCall(
        HttpMessageInvoker http,
        Uri address,
        GrpcMethod<TRequest, TResponse> method,
        GrpcChannelOptions channel,
        GrpcCallOptions options,
        CancellationToken channelDisposed,
        CancellationToken cancellationToken)
    {
        _address = address;
        _method = method;
        _channel = channel;
        _deadline = new CallDeadline(options, channel.TimeProvider, cancellationToken, channelDisposed);
        _message = GrpcHttp.CreateRequest(address, method.Path, _content, options);
        _response = SendAsync(http);
        _response.Observe();
    }

    /// <summary>Sends one message. Cancelling it once it has begun resets the stream: half a message cannot be taken back.</summary>
    /// <exception cref="GrpcException">The stream is broken, over or disposed, or the message is too large (which leaves the stream usable).</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> or the token of the stream was cancelled.</exception>
    /// <exception cref="InvalidOperationException"><see cref="CompleteWriting"/> was called before.</exception>
    public async ValueTask WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_writingCompleted)
        {
            throw new InvalidOperationException("A message was written after CompleteWriting was called.");
        }

        var frame = GrpcFrame.Encode(message, _channel.MaxSendMessageSize);
        var begun = false;
        try
        {
            var stream = await _content.TakeStreamAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            begun = true;
            await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (begun)
            {
                _deadline.Reset("The stream was reset because a write was cancelled half way.");
            }

            throw;
        }
        catch (Exception e)
        {
            throw Describe(e);
        }
    }

    /// <summary>Says that no further message follows; the server may still send.</summary>
    public void CompleteWriting()
    {
        _writingCompleted = true;
        _content.Complete();
    }

    /// <summary>
    /// The messages of the server, to the end of the stream. Ends normally on status OK. Reading again after a break or a cancellation goes on
    /// with the next message.
    /// </summary>
    /// <exception cref="GrpcException">The stream ended with another status, broke, was disposed, or carried something that is not gRPC.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> or the token of the stream was cancelled.</exception>
    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
        while (await ReadAsync(ending.Token, cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Resets the stream; a reader or writer that waits ends with <see cref="GrpcStatusCode.Cancelled"/>. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Not completed before the reset: the server would see a normal end of the requests.
        _deadline.Reset("The stream was disposed.");
        try
        {
            (await _response.ConfigureAwait(false)).Dispose();
        }
        catch (Exception)
        {
            // The stream never came up, or was reset under the response: nothing is left to give back.
        }

        _content.Complete();
        _message.Dispose();
        _content.Dispose();
        _deadline.Dispose();
    }

    private async ValueTask<TResponse?> ReadAsync(CancellationToken ending, CancellationToken reader)
    {
        try
        {
            var response = await _response.WaitAsync(ending).ConfigureAwait(false);
            if (_reader is null)
            {
                GrpcHttp.CheckHeaders(response);
                var stream = await response.Content.ReadAsStreamAsync(ending).ConfigureAwait(false);
                _reader = new GrpcFrameReader<TResponse>(stream, _method.ResponseParser, _channel.MaxReceiveMessageSize);
            }

            var message = await _reader.ReadAsync(ending).ConfigureAwait(false);
            if (message is null)
            {
                GrpcHttp.CheckTrailers(response);
            }

            return message;
        }
        catch (Exception e) when (e is not GrpcException)
        {
            throw reader.IsCancellationRequested ? new OperationCanceledException("The reading was cancelled.", e, reader) : Describe(e);
        }
    }

    private Exception Describe(Exception cause) => CallFailure.Describe(cause, _address, _content.Sent, _deadline);

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http)
    {
        try
        {
            var response = await http.SendAsync(_message, _deadline.Token).ConfigureAwait(false);

            // From here on HTTP no longer watches the token; disposing the response resets the stream and ends what waits on it.
            _deadline.Token.UnsafeRegister(static r => ((HttpResponseMessage)r!).Dispose(), response);
            _content.Answered();
            return response;
        }
        catch (Exception e)
        {
            _content.Fail(e);
            throw;
        }
    }
}
