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
    private readonly CancellationToken _caller;
    private readonly CallDeadline _deadline;
    private readonly PushContent _content = new();
    private readonly HttpRequestMessage _message;
    private readonly Task<HttpResponseMessage> _response;
    private int _disposed;

    internal GrpcDuplexCall(
        HttpMessageInvoker http,
        Uri address,
        GrpcMethod<TRequest, TResponse> method,
        GrpcChannelOptions channel,
        GrpcCallOptions options,
        CancellationToken cancellationToken)
    {
        _address = address;
        _method = method;
        _channel = channel;
        _caller = cancellationToken;
        _deadline = new CallDeadline(options.Timeout, channel.TimeProvider, cancellationToken);
        _message = GrpcHttp.CreateRequest(address, method.Path, _content, options);
        _response = SendAsync(http);
    }

    /// <summary>Sends one message.</summary>
    /// <exception cref="GrpcException">The stream is broken or over.</exception>
    public async ValueTask WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        var frame = GrpcFrame.Encode(message, _channel.MaxSendMessageSize);
        try
        {
            var stream = await _content.Stream.WaitAsync(cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            throw CallFailure.Describe(e, _address, requestSent: true, _deadline.Expired);
        }
    }

    /// <summary>Says that no further message follows; the server may still send.</summary>
    public void CompleteWriting() => _content.Complete();

    /// <summary>
    /// The messages of the server, to the end of the stream. Ends normally on status OK.
    /// </summary>
    /// <exception cref="GrpcException">The stream ended with another status, broke, or carried something that is not gRPC.</exception>
    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        GrpcFrameReader<TResponse>? reader = null;
        HttpResponseMessage? response = null;
        while (true)
        {
            TResponse? message;
            try
            {
                if (reader is null)
                {
                    response = await _response.WaitAsync(cancellationToken).ConfigureAwait(false);
                    GrpcHttp.CheckHeaders(response);
                    var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                    reader = new GrpcFrameReader<TResponse>(stream, _method.ResponseParser, _channel.MaxReceiveMessageSize);
                }

                message = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (message is null)
                {
                    GrpcHttp.CheckTrailers(response!);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || _caller.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                throw CallFailure.Describe(e, _address, requestSent: true, _deadline.Expired);
            }

            if (message is null)
            {
                yield break;
            }

            yield return message;
        }
    }

    /// <summary>Resets the stream. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _content.Complete();
        _deadline.Cancel();
        try
        {
            (await _response.ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or ObjectDisposedException)
        {
            // The stream never came up, or was reset under the response: nothing is left to give back.
        }

        _message.Dispose();
        _content.Dispose();
        _deadline.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http)
    {
        try
        {
            return await http.SendAsync(_message, _deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _content.Fail(e);
            throw;
        }
    }
}
