namespace Coordination.Etcd;

/// <summary>
/// Tells those who wait before they try again that etcd answers: one question for all of them, so that the end of an outage is noticed soon although each of
/// them tries rarely. Nobody is asked while nobody waits. Thread-safe.
/// </summary>
internal sealed class EtcdReturn : IDisposable
{
    /// <summary>The pause between two questions; up to half as much again at random.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>How long an answer is waited for.</summary>
    internal static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1);

    /// <summary>Between two calls: those who fail although etcd answers (others) are not hurried on more often than this.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Over this time those who are called come back, so that they do not come all at once.</summary>
    internal static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly Dictionary<object, Action> _waiting = [];
    private readonly IEtcdClient _etcd;
    private readonly Bytes _probe;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Random _random;
    private long? _calledAt;
    private bool _isAsking;
    private bool _disposed;

    /// <param name="etcd">The client.</param>
    /// <param name="probe">A key to read; it need not exist.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads those who were called. Thread-safe.</param>
    public EtcdReturn(IEtcdClient etcd, Bytes probe, TimeProvider time, Random random)
    {
        _random = random;
        _etcd = etcd;
        _probe = probe;
        _time = time;
        _timer = time.CreateTimer(static self => _ = ((EtcdReturn)self!).AskAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long somebody who was called waits before it comes back.</summary>
    public TimeSpan Jitter => Spread * _random.NextDouble();

    /// <summary>Calls <paramref name="call"/> once, when etcd answers again. It must only hand over.</summary>
    public void Await(object who, Action call)
    {
        lock (_lock)
        {
            _waiting[who] = call;
            AskLater();
        }
    }

    /// <summary>It waits no more.</summary>
    public void Forget(object who)
    {
        lock (_lock)
        {
            _waiting.Remove(who);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _waiting.Clear();
            _timer.Dispose();
        }
    }

    private void AskLater()
    {
        if (_isAsking || _disposed || _waiting.Count == 0)
        {
            return;
        }

        _isAsking = true;
        var pause = Interval * (1 + (0.5 * _random.NextDouble()));
        var rest = _calledAt is { } at ? Pause - _time.GetElapsedTime(at) : TimeSpan.Zero;
        _timer.Change(pause > rest ? pause : rest, Timeout.InfiniteTimeSpan);
    }

    private async Task AskAsync()
    {
        var isAnswered = IsSomebodyWaiting() && await IsAnsweredAsync().ConfigureAwait(false);
        Action[] called = [];
        lock (_lock)
        {
            _isAsking = false;
            if (isAnswered)
            {
                _calledAt = _time.GetTimestamp();
                called = [.. _waiting.Values];
                _waiting.Clear();
            }

            AskLater();
        }

        foreach (var call in called)
        {
            call();
        }
    }

    private bool IsSomebodyWaiting()
    {
        lock (_lock)
        {
            return _waiting.Count > 0;
        }
    }

    private async Task<bool> IsAnsweredAsync()
    {
        using var limit = new CancellationTokenSource(AnswerLimit, _time);
        try
        {
            // A linearizable read: a member without a leader cannot answer it.
            await _etcd.GetAsync(new EtcdOp.Get(_probe) { CountOnly = true }, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (EtcdException error)
        {
            // A refusal is an answer, too.
            return !error.IsTransient;
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }
}
