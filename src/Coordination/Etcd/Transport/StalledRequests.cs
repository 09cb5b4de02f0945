using Coordination.Etcd.Transport.Connections;
using Etcdserverpb;

namespace Coordination.Etcd.Transport;

/// <summary>
/// Gives up requests to one endpoint before their time is over, when they have no chance any more (<see cref="StallJudge"/>): the endpoint hangs, or they went to
/// a leader that is gone. For writes the outcome is unknown, as it is after a timeout. Thread-safe.
/// </summary>
internal sealed class StalledRequests : IDisposable
{
    /// <summary>The longest time between two looks.</summary>
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly StallJudge _judge;
    private readonly LeaderSeen _seen;
    private readonly Endpoint _endpoint;
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private TaskCompletionSource<EtcdException> _given = NewGeneration();
    private TaskCompletionSource<EtcdException>? _lost;
    private int _waiting;
    private long _answered;
    private int _asked;
    private bool _isLooking;
    private bool _isDisposed;

    public StalledRequests(Endpoint endpoint, TimeSpan timeout, TimeProvider time, LeaderSeen seen)
    {
        _seen = seen;
        _endpoint = endpoint;
        _period = timeout / 8 < LongestPeriod ? timeout / 8 : LongestPeriod;

        // A slow network is not to be taken for an endpoint that hangs: what takes less than half of the time is waited for.
        _judge = new StallJudge((int)Math.Ceiling(timeout / 2 / _period));
        _timer = time.CreateTimer(static self => ((StalledRequests)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The reply, unless it is given up.</summary>
    /// <exception cref="EtcdException">It is given up; the call itself ends by its own timeout.</exception>
    public async Task<T> AwaitAsync<T>(Task<T> reply)
    {
        if (reply.IsCompleted)
        {
            return await reply.ConfigureAwait(false);
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            var given = Volatile.Read(ref _given);
            BeginToLook();
            if (await Task.WhenAny(reply, given.Task).ConfigureAwait(false) == given.Task && !reply.IsCompleted)
            {
                reply.Observe();
                throw await given.Task.ConfigureAwait(false);
            }

            var response = await reply.ConfigureAwait(false);
            Interlocked.Increment(ref _answered);
            return response;
        }
        catch (EtcdException error) when (error.IsAnswer)
        {
            Interlocked.Increment(ref _answered);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer.Dispose();
        }
    }

    private static TaskCompletionSource<EtcdException> NewGeneration() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void BeginToLook()
    {
        // One timer for all requests, and it goes on while there are any: a request costs none of its own.
        if (!Volatile.Read(ref _isLooking))
        {
            lock (_lock)
            {
                if (!_isLooking && !_isDisposed)
                {
                    _isLooking = true;
                    _timer.Change(_period, _period);
                }
            }
        }
    }

    private void Look()
    {
        TaskCompletionSource<EtcdException>? lost;
        TaskCompletionSource<EtcdException>? hanging = null;
        lock (_lock)
        {
            (lost, _lost) = (_lost, null);
            switch (_judge.Look(Interlocked.Read(ref _answered)))
            {
                case StallAction.Ask when Volatile.Read(ref _waiting) > 0:
                    _ = AskAsync(++_asked);
                    break;
                case StallAction.Ask:
                    _judge.SaidNothing();
                    break;
                case StallAction.GiveUp:
                    _asked++;
                    hanging = NextGeneration();
                    break;
            }

            if (Volatile.Read(ref _waiting) == 0 && !_isDisposed)
            {
                _isLooking = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        var name = EtcdErrors.Name(_endpoint.Address);
        lost?.TrySetResult(new EtcdException(
            CoordinationErrorKind.Unavailable,
            WriteOutcome.Unknown,
            $"Another member has become the leader while the request was under way; it had no answer and may be lost (endpoint {name})",
            _endpoint.Address) { IsOfAnotherMember = true });
        hanging?.TrySetResult(new EtcdException(
            CoordinationErrorKind.Timeout, WriteOutcome.Unknown, $"The endpoint hangs: it does not answer anything any more (endpoint {name})", _endpoint.Address));
    }

    private async Task AskAsync(int question)
    {
        StatusResponse? status = null;
        try
        {
            status = await _endpoint.UnaryAsync(
                static (etcd, request, call) => etcd.MaintenanceClient.StatusAsync(request, call), new StatusRequest()).ConfigureAwait(false);
        }
        catch (Exception error) when (error is EtcdException or OperationCanceledException)
        {
            // The requests hear it themselves.
        }

        lock (_lock)
        {
            if (question != _asked)
            {
                return;
            }

            if (status is null)
            {
                _judge.SaidNothing();
            }
            else if (_judge.Said(status.RaftTerm, status.Leader, _seen.Exchange((status.RaftTerm, status.Leader))))
            {
                // Those that have not been lost have an answer by the next look.
                _lost = NextGeneration();
            }
        }
    }

    private TaskCompletionSource<EtcdException> NextGeneration()
    {
        var before = _given;
        Volatile.Write(ref _given, NewGeneration());
        return before;
    }
}
