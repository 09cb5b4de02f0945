namespace Coordination.Leases;

/// <summary>What is known about the session, for everybody outside. Thread-safe.</summary>
internal sealed class SessionView
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeaseValidity? _lease;
    private Exception? _lastError;

    /// <summary>The lease, when there is one that is not lost.</summary>
    public LeaseValidity? Lease
    {
        get
        {
            lock (_lock)
            {
                return _lease is { IsHeld: true } ? _lease : null;
            }
        }
    }

    /// <summary>Why there is no lease, as far as it is known.</summary>
    public Exception? LastError
    {
        get
        {
            lock (_lock)
            {
                return _lastError;
            }
        }
    }

    /// <summary>Completes when there is a lease.</summary>
    public Task Opened
    {
        get
        {
            lock (_lock)
            {
                return _opened.Task;
            }
        }
    }

    public void SetOpened(LeaseValidity lease)
    {
        lock (_lock)
        {
            _lease = lease;
            _lastError = null;
            _opened.TrySetResult();
        }
    }

    public void SetFailed(Exception error)
    {
        lock (_lock)
        {
            _lastError = error;
        }
    }

    public void SetLost()
    {
        lock (_lock)
        {
            _lease = null;
            if (_opened.Task.IsCompleted)
            {
                _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
