using System.Net;

namespace Coordination.Grpc.Client;

/// <summary>
/// A request body that stays open: hands out the stream and lets HTTP wait until writing is over. HTTP sends it again when the server
/// refused the request unseen; that is possible while no message was written.
/// </summary>
internal sealed class PushContent : HttpContent, IOutgoingMessage
{
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Attempt _attempt = new();
    private bool _taken;

    /// <summary>Whether the stream was taken: from then on bytes of a message may have left.</summary>
    public bool Sent
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    public bool CanRepeat => !Sent;

    /// <summary>The stream to write to, when the connection is up.</summary>
    public async Task<Stream> TakeStreamAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var attempt = Current();
            var stream = await attempt.Stream.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                if (attempt == _attempt)
                {
                    _taken = true;
                    return stream;
                }
            }
        }
    }

    public void Complete() => _completed.TrySetResult();

    /// <summary>Says that the response has begun.</summary>
    public void Answered() => _answered.TrySetResult();

    /// <summary>Says that no response comes, and why.</summary>
    public void Fail(Exception cause)
    {
        Current().Stream.TrySetException(cause);
        _completed.TrySetResult();
        _answered.TrySetResult();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var attempt = Begin();
        try
        {
            // Without a flush the headers would wait for the first message.
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            attempt.Stream.TrySetResult(stream);
            await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // HTTP reports what fails first, the body or the response, but only the response knows why and whether HTTP may try again.
            await Task.WhenAny(_answered.Task, attempt.Repeated.Task).ConfigureAwait(false);
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private Attempt Current()
    {
        lock (_lock)
        {
            return _attempt;
        }
    }

    private Attempt Begin()
    {
        lock (_lock)
        {
            if (_attempt.Begun)
            {
                // Whoever waits for the stream of the refused attempt looks again.
                _attempt.Stream.TrySetResult(Stream.Null);
                _attempt.Repeated.TrySetResult();
                _attempt = _taken ? throw new IOException("The server refused the stream after a message was written to it.") : new Attempt();
            }

            _attempt.Begun = true;
            return _attempt;
        }
    }

    /// <summary>One time that HTTP sends the request.</summary>
    private sealed class Attempt
    {
        public Attempt() => Stream.Task.Observe();

        public bool Begun { get; set; }

        public TaskCompletionSource<Stream> Stream { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Repeated { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
