namespace Coordination.Leases;

/// <summary>What is known about the session, for everybody outside. Thread-safe.</summary>
internal sealed class SessionView
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeaseValidity? _lease;
    private IActorRef _journal = ActorRefs.Nobody;
    private Exception? _lastError;
    private LossReason? _lostBy;

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

    /// <summary>The lease and the journal of what is written on it, when there is one that is not lost.</summary>
    public (LeaseValidity Lease, IActorRef Journal)? Open
    {
        get
        {
            lock (_lock)
            {
                return _lease is { IsHeld: true } ? (_lease, _journal) : null;
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

    /// <summary>Why the lease before was lost; null while one is held, or when there was none yet.</summary>
    public LossReason? LostBy
    {
        get
        {
            lock (_lock)
            {
                return _lease is { IsHeld: false } lease ? lease.Reason : _lostBy;
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

    public void SetOpened(LeaseValidity lease, IActorRef journal)
    {
        lock (_lock)
        {
            _lease = lease;
            _journal = journal;
            _lastError = null;
            _lostBy = null;
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

    public void SetLost(LossReason reason)
    {
        lock (_lock)
        {
            _lease = null;
            _lostBy = reason;
            if (_opened.Task.IsCompleted)
            {
                _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
