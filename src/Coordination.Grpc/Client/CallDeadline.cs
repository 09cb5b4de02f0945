using Coordination.Grpc.Wire;

namespace Coordination.Grpc.Client;

/// <summary>The token that ends a call: by the caller, the call's timeout, the channel's end, or a reset. Tells which of them it was.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly TimeSpan? _timeout;
    private readonly CancellationToken _channel;
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource _linked;
    private volatile string? _resetReason;

    public CallDeadline(GrpcCallOptions options, TimeProvider time, CancellationToken caller, CancellationToken channel)
    {
        Caller = caller;
        _channel = channel;
        _timeout = options.Limit;
        _timer = _timeout is { } limit && limit <= GrpcTimeout.LongestTimer
            ? new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time)
            : null;
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, channel, _timer?.Token ?? CancellationToken.None);
        Token = _linked.Token;
    }

    public CancellationToken Caller { get; }

    /// <summary>Usable also after the end.</summary>
    public CancellationToken Token { get; }

    /// <summary>The timeout, when it passed.</summary>
    public TimeSpan? Expired => _timer is { IsCancellationRequested: true } ? _timeout : null;

    public bool ChannelDisposed => _channel.IsCancellationRequested;

    /// <summary>Why this side reset the call; null when it did not.</summary>
    public string? ResetReason => _resetReason;

    public void Reset(string reason)
    {
        if (!Token.IsCancellationRequested)
        {
            _resetReason = reason;
            _linked.Cancel();
        }
    }

    public void Dispose()
    {
        _linked.Dispose();
        _timer?.Dispose();
    }
}
