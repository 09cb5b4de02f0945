using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>One watch stream, and everything that came on it.</summary>
internal sealed class WatchRecorder : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly List<string> _controls = [];
    private readonly List<WatchHistory> _histories = [];
    private readonly Dictionary<long, WatchHistory> _byId = [];
    private int _progress;
    private int _expectedProgress;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WatchRecorder(GrpcChannel channel)
    {
        _call = new Watch.WatchClient(channel).Watch(cancellationToken: _end.Token);
        _reading = ReadAsync();
    }

    /// <summary>The answers to creates, in order.</summary>
    public IReadOnlyList<string> Controls
    {
        get
        {
            lock (_gate)
            {
                return [.. _controls];
            }
        }
    }

    /// <summary>The watches in the order of their creation.</summary>
    public IReadOnlyList<WatchHistory> Histories
    {
        get
        {
            lock (_gate)
            {
                return [.. _histories];
            }
        }
    }

    /// <summary>Sends a request and waits until the server has handled it.</summary>
    public async Task SendAsync(WatchRequest request)
    {
        int expected;
        if (request.RequestUnionCase == WatchRequest.RequestUnionOneofCase.CreateRequest)
        {
            expected = Controls.Count + 1;
            await _call.RequestStream.WriteAsync(request);
            await UntilAsync(() => _controls.Count >= expected);
            return;
        }

        await _call.RequestStream.WriteAsync(request);
        if (request.RequestUnionCase == WatchRequest.RequestUnionOneofCase.CancelRequest)
        {
            // An unknown id is not answered; a progress request behind it is.
            await _call.RequestStream.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        }

        lock (_gate)
        {
            expected = ++_expectedProgress;
        }

        await UntilAsync(() => _progress >= expected);
    }

    /// <summary>Waits until something holds; false when it does not within some seconds.</summary>
    public async Task<bool> UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition())
                {
                    return true;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        _call.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var response in _call.ResponseStream.ReadAllAsync(_end.Token))
            {
                Record(response);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException)
        {
            // The script is over, or it will wait in vain for its answers.
        }
    }

    private void Record(WatchResponse response)
    {
        lock (_gate)
        {
            if (response.Created)
            {
                _controls.Add(Canonical.Of(response));
                if (!response.Canceled)
                {
                    _histories.Add(_byId[response.WatchId] = new WatchHistory(response.WatchId));
                }
            }
            else if (response.Canceled)
            {
                _byId[response.WatchId].End ??= $"cancelled, compact revision {response.CompactRevision}, reason '{response.CancelReason}'";
            }
            else if (response.Events.Count > 0)
            {
                _byId[response.WatchId].Add(response);
            }
            else
            {
                _progress++;
            }

            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
