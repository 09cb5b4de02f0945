using Coordination.Embedded.Faults;

namespace Coordination.Embedded.Server;

/// <summary>
/// The node, and the one lock around it. Everything inside of the lock is short and in memory; nobody waits for a client while holding it.
/// Outlives the listener, so that a server can be stopped and started with its data.
/// </summary>
internal sealed class NodeHost(EtcdNode node, EmbeddedEtcdOptions options)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _paused;

    public EmbeddedEtcdOptions Options { get; } = options;

    public ReplyFaults Replies { get; } = new();

    public OpenStreams Streams { get; } = new();

    /// <summary>Does something with the node, also while it is paused.</summary>
    public T Read<T>(Func<EtcdNode, T> read)
    {
        lock (_gate)
        {
            return read(node);
        }
    }

    /// <summary>Applies a request; while the node is paused it waits.</summary>
    public ValueTask<T> ApplyAsync<T>(Func<EtcdNode, T> apply, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_paused is null)
            {
                return new(apply(node));
            }
        }

        return ApplyLaterAsync(apply, cancellationToken);
    }

    public void Pause()
    {
        lock (_gate)
        {
            _paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Resume()
    {
        lock (_gate)
        {
            _paused?.TrySetResult();
            _paused = null;
        }
    }

    /// <summary>The periodic work of the node, which does not happen while it is paused.</summary>
    public void Tick(Action<EtcdNode> work)
    {
        lock (_gate)
        {
            if (_paused is null)
            {
                work(node);
            }
        }
    }

    private async ValueTask<T> ApplyLaterAsync<T>(Func<EtcdNode, T> apply, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task resumed;
            lock (_gate)
            {
                if (_paused is null)
                {
                    return apply(node);
                }

                resumed = _paused.Task;
            }

            await resumed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
