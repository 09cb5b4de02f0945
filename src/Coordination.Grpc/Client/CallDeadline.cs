namespace Coordination.Grpc.Client;

/// <summary>The token that ends a call: the caller's own, or the call's timeout. Tells which of the two it was.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly TimeSpan? _timeout;
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource _linked;

    public CallDeadline(TimeSpan? timeout, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _timeout = timeout;
        _timer = timeout is { } limit ? new CancellationTokenSource(limit, time) : null;
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer?.Token ?? CancellationToken.None);
    }

    public CancellationToken Token => _linked.Token;

    /// <summary>The timeout, when it and not the caller ended the call.</summary>
    public TimeSpan? Expired => _timer is { IsCancellationRequested: true } && !_caller.IsCancellationRequested ? _timeout : null;

    public void Cancel() => _linked.Cancel();

    public void Dispose()
    {
        _linked.Dispose();
        _timer?.Dispose();
    }
}
