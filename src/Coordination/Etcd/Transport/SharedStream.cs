using System.Threading.Channels;
using Coordination.Etcd.Transport.Connections;

namespace Coordination.Etcd.Transport;

/// <summary>
/// A duplex stream that many users share: a bounded queue of messages to send, and a callback for each message received.
/// It reports its end exactly once, whatever ended it.
/// </summary>
internal sealed class SharedStream<TRequest, TResponse> : IAsyncDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly EtcdTransport _transport;
    private readonly Endpoint _endpoint;
    private readonly EtcdStreamRpc<TRequest, TResponse> _rpc;
    private readonly Channel<TRequest> _outgoing;
    private readonly CancellationTokenSource _closing = new();
    private readonly Action<TResponse> _onMessage;
    private readonly Action<Exception?> _onEnded;
    private readonly int _queueLimit;
    private readonly Task _running;
    private volatile bool _isOver;
    private volatile EtcdException? _broken;

    /// <param name="transport">Says when the endpoint may be used, and with which token; when it fails, that is the end of the stream.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="rpc">Which stream.</param>
    /// <param name="queueLimit">How many messages may wait to be sent.</param>
    /// <param name="onMessage">Called for each message.</param>
    /// <param name="onEnded">Called once.</param>
    public SharedStream(
        EtcdTransport transport,
        Endpoint endpoint,
        EtcdStreamRpc<TRequest, TResponse> rpc,
        int queueLimit,
        Action<TResponse> onMessage,
        Action<Exception?> onEnded)
    {
        _transport = transport;
        _endpoint = endpoint;
        _rpc = rpc;
        _onMessage = onMessage;
        _onEnded = onEnded;
        _queueLimit = queueLimit;
        _outgoing = Channel.CreateBounded<TRequest>(new BoundedChannelOptions(queueLimit) { SingleReader = true });
        _running = RunAsync();
    }

    /// <summary>Whether it takes no more messages because it has ended, or is about to tell so.</summary>
    public bool IsOver => _isOver;

    /// <summary>Whether a message can be queued, as far as its senders are concerned.</summary>
    public bool HasRoom => _outgoing.Reader.Count < _queueLimit;

    /// <summary>Queues a message; false when the queue is full or the stream is over.</summary>
    public bool TrySend(TRequest message) => _outgoing.Writer.TryWrite(message);

    /// <summary>Ends the stream soon, without waiting; its end is reported as usual.</summary>
    public void Close() => _closing.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        // Let the constructor finish first, so that the owner knows the stream before its callbacks come.
        await Task.Yield();
        EndpointStream<TRequest, TResponse>? call = null;
        var writing = Task.CompletedTask;
        var token = LoginToken.None;
        Exception? cause = null;
        try
        {
            token = await _transport.PrepareAsync(_endpoint, _closing.Token).ConfigureAwait(false);
            call = _endpoint.Open(_rpc, token.Headers, _closing.Token);
            writing = WriteAllAsync(call);
            while (await call.ReadAsync().ConfigureAwait(false) is { } message)
            {
                _onMessage(message);
            }
        }
        catch (Exception e)
        {
            // When writing broke first, the reading was only cancelled for that.
            cause = _broken ?? e;
        }

        try
        {
            _isOver = true;
            _outgoing.Writer.TryComplete();
            await _closing.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(false);
            call?.Dispose();
        }
        finally
        {
            // Before anybody begins another stream with it.
            _transport.Ended(token, cause);

            // Whatever happened: those who wait on this stream must hear of its end.
            _onEnded(cause);
        }
    }

    private async Task WriteAllAsync(EndpointStream<TRequest, TResponse> call)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                await call.WriteAsync(message).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or EtcdException)
        {
            // The reading side sees the end and reports it.
            _broken = e as EtcdException;
            await _closing.CancelAsync().ConfigureAwait(false);
        }
    }
}
