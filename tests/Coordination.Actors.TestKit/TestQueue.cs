using System.Collections.Concurrent;

namespace Coordination.Actors.TestKit;

/// <summary>The messages of a test actor, for a test that waits on its thread or asynchronously.</summary>
internal sealed class TestQueue
{
    private readonly ConcurrentQueue<MessageEnvelope> _messages = new();
    private readonly SemaphoreSlim _available = new(0);

    public bool HasMessages => !_messages.IsEmpty;

    public void Add(MessageEnvelope message)
    {
        _messages.Enqueue(message);
        _available.Release();
    }

    public MessageEnvelope? TryTake(TimeSpan timeout, CancellationToken cancellationToken) =>
        _available.Wait(timeout, cancellationToken) ? Take() : null;

    public async ValueTask<MessageEnvelope?> TryTakeAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        await _available.WaitAsync(timeout, cancellationToken) ? Take() : null;

    public MessageEnvelope? TryPeek() => _messages.TryPeek(out var message) ? message : null;

    private MessageEnvelope? Take() => _messages.TryDequeue(out var message) ? message : null;
}
