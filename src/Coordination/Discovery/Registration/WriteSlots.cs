namespace Coordination.Discovery.Registration;

/// <summary>
/// Bounds how many transactions of registrations are under way: when thousands come back after an outage, etcd and whoever else talks to it are not flooded.
/// Those who wait come in order; each registration has at most one. Thread-safe.
/// </summary>
internal sealed class WriteSlots(int count)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private int _free = count;

    /// <summary>Sends when there is room. What is no longer wanted by then is never sent.</summary>
    /// <exception cref="OperationCanceledException">It was not wanted any more.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> send, Func<bool> isWanted)
    {
        await TakeAsync().ConfigureAwait(false);
        try
        {
            return isWanted() ? await send().ConfigureAwait(false) : throw new OperationCanceledException("It was not wanted any more when its turn came.");
        }
        finally
        {
            PassOn();
        }
    }

    private Task TakeAsync()
    {
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return turn.Task;
        }
    }

    private void PassOn()
    {
        TaskCompletionSource? next;
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out next))
            {
                _free++;
            }
        }

        next?.SetResult();
    }
}
